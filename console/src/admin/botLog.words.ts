import { pack } from '../lib/i18n/pack';

export const words = {
  log: ['Event log', '事件日志'],
  'log.of': ['What {name} was told', '告知 {name} 的事件'],
  'log.help': ['Kept for 30 days, newest first', '保留 30 天，最新在前'],
  none: ['Nothing to show', '没有事件'],
  'none.help': ['When customers write where this bot answers first, each event stands here with its attempts.', '当客户在由此机器人先接待的渠道来信时，每个事件及其尝试次数会列在这里。'],
  'kind.message.created': ['the customer wrote', '客户来信'],
  'kind.message.wants_person': ['the customer asks for a person', '客户要求人工'],
  'kind.handoff.accepted': ['a person took what it handed over', '坐席接手了转接'],
  'kind.session.taken': ['people took it', '被人工接管'],
  'kind.session.returned': ['a person gave it back', '坐席交回'],
  'kind.session.closed': ['resolved', '会话结束'],
  taken: ['Taken {time}', '接收于 {time}'],
  session: ['Session', '会话段'],
  data: ['Data', '数据'],
  calls: ['What it asked its model', '向模型的提问'],
  call: ['HTTP {status} in {ms} ms', 'HTTP {status}，{ms} 毫秒'],
  'call.none': ['no answer after {ms} ms', '{ms} 毫秒未应答'],
  tokens: ['{asked} + {answered} tokens', '{asked} + {answered} 个词元'],
  'resend.help': ['What it answers counts only if it still holds the session as it did then.', '仅当它仍像当时一样持有会话段时，其应答才生效。'],
  'recover.help': ['Everything that was given up since then is told again, in order: at most 30 days back and 10,000 events.', '此后放弃的事件将按序重新告知，最多 30 天、10,000 个。'],
} as const;
export const say = pack(words);
