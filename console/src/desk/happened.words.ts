import { pack } from '../lib/i18n/pack';

export const words = {
  title: ['What happened outside', '外部事件'],
  severity: ['severity {n} of 5', '严重程度 {n}/5'],
  more: ['More', '更多'],
  record: ['Record an outside event', '记录外部事件'],
  help: ['Something outside these conversations: a complaint to the press, a failed payment. Rules of the red channel follow at once.', '会话之外发生的事，例如媒体投诉、扣款失败。红色通道规则会立即生效。'],
  kind: ['Kind', '类型'],
  'kind.help': ['As the rules name it, like complaint or payment_failed.', '与规则中的名称一致，例如 complaint 或 payment_failed。'],
  'kind.wrong': ['1 to 64 lower-case letters, digits, dots, hyphens and underscores.', '1 到 64 个小写字母、数字、点、连字符或下划线。'],
  grave: ['Severity', '严重程度'],
  'grave.1': ['1, mild', '1 轻微'],
  'grave.2': ['2', '2'],
  'grave.3': ['3, to be watched', '3 需关注'],
  'grave.4': ['4', '4'],
  'grave.5': ['5, at once', '5 须立即处理'],
  when: ['When', '时间'],
  'when.wrong': ['A time that is over', '请填写已过去的时间'],
  text: ['What happened', '事情经过'],
  go: ['Record', '记录'],
  done: ['Recorded; the rules have seen it', '已记录，规则已处理'],
} as const;
export const say = pack(words);
