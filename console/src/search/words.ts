import { pack } from '../lib/i18n/pack';

export const words = {
  title: ['Search', '搜索'],
  field: ['What was said, a name, a number', '聊天内容、姓名或号码'],
  start: ['Find any conversation', '查找任意会话'],
  'start.help': ['By what was said in it, “refund kettle” or “退款”, by the customer’s name, phone number or address. All words must be in one message; refund finds refunds and refunded.', '可按聊天内容（如“退款”或 refund kettle）、客户姓名、电话或地址查找。所有词须出现在同一条消息中。'],
  none: ['Nothing was found', '没有找到'],
  'none.help': ['Fewer words find more, whole words are looked for, and what was said a moment ago is found in a quarter of a minute.', '减少词语可找到更多；刚刚发送的消息约 15 秒后可搜到。'],
  'none.filter': ['Take the filters away', '清除筛选'],
  people: ['Customers', '客户'],
  messages: ['Messages', '消息'],
  state: ['State', '状态'],
  channel: ['Channel', '渠道'],
  any: ['Any', '不限'],
  more: ['Show more', '显示更多'],
  pick: ['Nothing open', '尚未打开会话'],
  'pick.help': ['Results stand on the left: arrows move through them, Enter opens the conversation where it was said.', '结果在左侧：用方向键移动，按 Enter 在原处打开会话。'],
  nobody: ['No conversation yet', '暂无会话'],
  'by.agent': ['Agent', '坐席'],
  'by.bot': ['Bot', '机器人'],
  'by.note': ['Note', '备注'],
} as const;
export const say = pack(words);
