import { full } from '../lib/format';
import { i18n } from '../lib/i18n/index.svelte';
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
  passed: ['Had this address before; silent {days} days, then another name', '此前使用该地址；沉默 {days} 天后换了姓名'],
  took: ['Has the address now; silent {days} days, then another name', '现在使用该地址；沉默 {days} 天后换了姓名'],
  'check.same': ['{verifier} passed', '{verifier}：通过'],
  'check.other': ['{verifier} failed', '{verifier}：未通过'],
  'check.until': ['{score} %, until {time}, consent {consent}', '{score} %，有效至 {time}，同意 {consent}'],
} as const;
export const say = pack(words);

interface Piece {
  agreement: string;
  field: string;
  verifier?: string | null;
  verification?: { score?: number | null; expiresAt: string; consent?: string | null } | null;
}

/** A piece of evidence in words. */
export function told({ agreement, field, verifier }: Piece): string {
  return verifier ? say.code('check', agreement, { verifier }) : say.code('agreement', agreement, { field: say.code('trait', field) });
}

/** More of a check: how sure, until when, by which consent. */
export function more({ verification: check }: Piece): string | undefined {
  return check?.score == null ? undefined : say('check.until', { score: Math.round(check.score * 100), time: full(check.expiresAt, i18n.lang), consent: check.consent ?? '' });
}

export function percent(score: number): string {
  return `${Math.min(99, Math.round(score * 100))} %`;
}
