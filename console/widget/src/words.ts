const en = {
  title: 'Chat with us',
  hello: 'Hello! How can we help?',
  helloHelp: 'Write below; the answer comes here, even if you come back later.',
  placeholder: 'Write a message',
  send: 'Send',
  close: 'Close the chat',
  sending: 'sending',
  waiting: 'waits for the network',
  sent: 'sent',
  failed: 'not sent',
  again: 'Try again',
  away: 'No connection. Your messages are kept and sent as soon as it is back.',
  bot: 'Assistant',
  agent: 'Support',
  withdrawn: 'Message withdrawn',
  log: 'Messages',
  person: 'Talk to a person',
  asked: 'Somebody is being asked; the answer comes here.',
  unknown: 'This chat is not set up. The site has to name a web chat account.',
};

export type Words = typeof en;

const zh: Words = {
  title: '在线客服',
  hello: '您好！有什么可以帮您？',
  helloHelp: '在下方输入，回复会显示在这里，稍后回来也能看到。',
  placeholder: '输入消息',
  send: '发送',
  close: '关闭聊天',
  sending: '发送中',
  waiting: '等待网络',
  sent: '已发送',
  failed: '未发送',
  again: '重试',
  away: '网络中断。消息已保留，恢复后自动发送。',
  bot: '智能助手',
  agent: '客服',
  withdrawn: '消息已撤回',
  log: '消息',
  person: '转人工',
  asked: '正在为您转接人工，回复会显示在这里。',
  unknown: '聊天尚未配置，网站需要指定网页聊天账户。',
};

export const words: Record<string, Words> = { en, zh };
