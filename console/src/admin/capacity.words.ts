import { pack } from '../lib/i18n/pack';

export const words = {
  help: ['How calls, chats, messages and mails go together in one person’s hands. How many of each somebody takes stands with the person; this holds for everybody, over all queues.', '电话、聊天、消息与邮件如何由同一人同时处理。每人可同时处理的数量在人员设置中；此处的规则适用于所有人和所有队列。'],
  total: ['Most in one person’s hands, units', '每人同时处理的上限（单位）'],
  'total.help': ['0 = no limit over all kinds; the limits of each kind hold by themselves.', '0 表示不设总上限，仅按各类型的上限。'],
  finishingPercent: ['Who is finishing still takes, percent', '“收尾中”时仍接收（%）'],
  'finishingPercent.help': ['Of what they take of each kind. 0 = nothing new while they are finishing.', '按各类型上限计算。0 表示收尾中不再接收新工作。'],
  kinds: ['Kinds of work', '工作类型'],
  kind: ['Kind', '类型'],
  weight: ['A piece takes, units', '每项占用（单位）'],
  'weight.of': ['{kind}: units that a piece takes', '{kind}：每项占用的单位'],
  beside: ['New work of this kind may come while somebody has', '新工作可在处理以下工作时派入'],
  'beside.of': ['{kind}, while somebody has {other}', '处理{other}时派入{kind}'],
  self: ['its own kind: always', '同类型：始终可以'],
  most: ['at most {n}', '最多 {n}'],
  free: ['no limit', '不限'],
  'most.head': ['Alone', '仅此类型时'],
  'wrong.total': ['It has no room for one piece of {kind}', '容不下一项{kind}'],
  stays: ['What people hold beyond it stays with them; routing follows at once.', '已超出的工作保留在原处理人手中，派单立即按新规则执行。'],
  saved: ['Capacity saved; routing follows at once', '已保存，派单立即生效'],
  usual: ['As it comes', '恢复默认'],
} as const;
export const say = pack(words);
