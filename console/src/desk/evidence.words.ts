import { pack } from '../lib/i18n/pack';

export const words = {
  confirm: ['Same person', '同一人'],
  refuse: ['Two people', '不是同一人'],
  confirmed: ['Made one customer', '已合并为一位客户'],
  refused: ['They stay apart', '两位客户保持分开'],
  undo: ['Take back', '撤销'],
  again: ['To be decided again', '可重新决定'],
  reason: ['Taken back by the agent', '坐席撤销'],
  'trait.given_name': ['given name', '名'],
  'trait.family_name': ['family name', '姓'],
  'trait.birth_date': ['birth date', '出生日期'],
  'trait.email': ['e-mail', '邮箱'],
  'trait.phone': ['phone', '电话'],
  'trait.account': ['account', '账号'],
  'agreement.same': ['same {field}', '{field}相同'],
  'agreement.close': ['nearly the same {field}', '{field}几乎相同'],
  'agreement.partly': ['{field} alike in part', '{field}部分相似'],
  'agreement.other': ['other {field}', '{field}不同'],
} as const;
export const say = pack(words);

/** A piece of evidence in words. */
export function told(piece: { agreement: string; field: string }): string {
  return say.code('agreement', piece.agreement, { field: say.code('trait', piece.field) });
}

export function percent(score: number): string {
  return `${Math.min(99, Math.round(score * 100))} %`;
}
