import { pack } from '../lib/i18n/pack';

export const words = {
  title: ['From the knowledge base', '知识库推荐'],
  insert: ['Put into the reply', '插入回复'],
  leave: ['Not this', '不合适'],
  whole: ['Open', '打开'],
} as const;
export const say = pack(words);
