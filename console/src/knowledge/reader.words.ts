import { pack } from '../lib/i18n/pack';

export const words = {
  search: ['Ask in any words', '用任何说法提问'],
  start: ['Ask a question', '提一个问题'],
  'start.help': ['As the customer would: “Can I send back an opened kettle?” What is published for you is found.', '像客户那样提问，例如“拆封的水壶能退吗？”即可查到对您发布的文章。'],
  none: ['Nothing fits', '没有相符的文章'],
  'none.help': ['Try other words. If the answer is missing, tell your supervisor: they write it down.', '换个说法试试。若缺少答案，请告知主管补充。'],
  pick: ['Nothing open', '尚未打开文章'],
  'pick.help': ['Results stand on the left; J and K move through them, Enter opens one.', '结果在左侧，用 J、K 移动，按 Enter 打开。'],
  gone: ['This article is not there for you', '您无法查看这篇文章'],
  'gone.help': ['It was archived, is not published yet, or is written for others.', '它已归档、尚未发布，或不面向您。'],
  language: ['Language', '语言'],
  published: ['Revision {n}, published {time}', '版本 {n}，发布于 {time}'],
  edit: ['Edit', '编辑'],
  copy: ['Copy', '复制'],
  copied: ['Copied', '已复制'],
  keep: ['Write and publish', '撰写与发布'],
  behind: ['The knowledge base changed: it stands at {now}, and you have learned {mine}. Until you have learned it, you are not asked to help out.', '知识库已更新到 {now}，您学习到 {mine}。学完之前，不会向您派发支援工作。'],
  current: ['You have learned the knowledge base as it stands ({now}).', '您已学习当前的知识库（{now}）。'],
  learn: ['I have learned this', '我已学习'],
  learned: ['Thank you: you can be asked to help out again', '谢谢，现在可以向您派发支援工作'],
} as const;
export const say = pack(words);
