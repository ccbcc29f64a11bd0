import { pack } from '../lib/i18n/pack';

export const words = {
  help: ['Pairs of customers that may be one person, likeliest first. History is shown to nobody before you decide.', '可能是同一人的客户，可能性高的在前。在您决定之前，双方历史不会互相显示。'],
  keys: ['Arrows move · Y same person · N two people · U takes back', '方向键移动 · Y 同一人 · N 不是同一人 · U 撤销'],
  none: ['Nothing to review', '没有待核对的客户'],
  'none.help': ['When two customers look like one person, they are put here.', '当两位客户看起来是同一人时，会出现在这里。'],
  pairs: ['Pairs', '候选'],
  evidence: ['What speaks for it and against it', '支持与反对的依据'],
  for: ['for', '支持'],
  against: ['against', '反对'],
  first: ['First customer', '客户一'],
  second: ['Second customer', '客户二'],
  born: ['Born {date}', '出生于 {date}'],
  identities: ['Identifiers', '标识'],
  conversations: ['Last conversations', '最近会话'],
  nothing: ['none', '无'],
  both: ['both hold it', '双方都有'],
  undo: ['Take back', '撤销'],
  apart: ['Taken apart again; they stay two', '已重新分开，将保持为两位客户'],
  again: ['To be decided again', '可重新决定'],
  reason: ['Taken back in the review', '核对时撤销'],
  more: ['More', '更多'],
} as const;
export const say = pack(words);
