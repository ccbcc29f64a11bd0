import { pack } from '../lib/i18n/pack';

export const words = {
  title: ['Change this message', '更改这条消息'],
  react: ['React to it', '回应这条消息'],
  text: ['Text', '文字'],
  save: ['Change the text', '修改文字'],
  withdraw: ['Withdraw', '撤回'],
  sure: ['Withdraw it for good', '确认撤回'],
  none: ['{channel} lets nothing be changed about this message.', '{channel}不支持更改这条消息。'],
  late: ['It went out too long ago to be withdrawn.', '发送时间过久，无法撤回。'],
} as const;
export const say = pack(words);
