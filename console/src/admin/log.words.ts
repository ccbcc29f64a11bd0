import { pack } from '../lib/i18n/pack';

/** Words of every log of what others were told. */
export const words = {
  all: ['All', '全部'],
  'state.waiting': ['In line', '排队中'],
  'state.pending': ['Next', '待推送'],
  'state.delivered': ['Delivered', '已送达'],
  'state.failed': ['Given up', '已放弃'],
  attempts: ['attempts: {n}', '尝试 {n} 次'],
  due: ['again at {time}', '{time} 重试'],
  more: ['Older', '更早'],
  resend: ['Send again', '重新推送'],
  resent: ['Sent again', '已重新推送'],
  recover: ['Take up again since', '从此时起补发'],
  'recover.go': ['Recover', '补发'],
  'recover.when': ['Enter a day and a time.', '请填写日期和时间。'],
  recovered: ['Taken up again: {n}', '已重新排队 {n} 条'],
} as const;
export const say = pack(words);
