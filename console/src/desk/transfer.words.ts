import { pack } from '../lib/i18n/pack';

export const words = {
  help: ['They are offered the conversation with everything in it. You are the last it could come back to.', '会话连同全部内容等待对方接手，最后才会再派给您。'],
  search: ['Colleague, queue or site', '同事、队列或站点'],
  back: ['Back', '退回'],
  'back.to': ['Back to whoever transferred it', '退回给上一位转交人'],
  'back.name': ['Back to {name}', '退回给{name}'],
  ready: ['Colleagues who are ready', '可接手的同事'],
  queues: ['Queues', '队列'],
  sites: ['Sites: whoever works there', '站点（由当地人员接手）'],
  away: ['Colleagues who are away', '不在岗的同事'],
  until: ['open until {time}', '营业至 {time}'],
  opens: ['closed, opens {time}', '休息中，{time} 营业'],
  closed: ['does not open within two weeks', '两周内不营业'],
  other: ['Choose another', '另选'],
  asleep: ['{name} is closed until {time}. It waits for its people, and nobody else is asked meanwhile.', '{name} 休息至 {time}。工作会等待当地人员，期间不会派给其他人。'],
  keep: ['Keep it for them when the site has closed', '站点下班后仍为其保留'],
  'keep.help': ['Else everybody is asked once {name} closes, at {time}.', '否则 {name} 于 {time} 下班后将派给所有人。'],
  note: ['Note for the next one', '给接手人的备注'],
  'note.hint': ['What they should know; the customer never sees it', '接手人需要知道的事，客户看不到'],
  go: ['Transfer', '转交'],
  done: ['Transferred to {name}', '已转交给{name}'],
  'done.back': ['Given back to whoever transferred it', '已退回给上一位转交人'],
} as const;
export const say = pack(words);
