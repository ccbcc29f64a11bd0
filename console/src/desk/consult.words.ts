import { pack } from '../lib/i18n/pack';

export const words = {
  title: ['Ask a colleague', '咨询同事'],
  help: ['They read along and answer with a note. The conversation stays yours, and the customer sees nothing of it.', '对方可查看会话并用备注回答。会话仍由您负责，客户看不到。'],
  search: ['Colleague', '同事'],
  ready: ['Ready', '在岗'],
  away: ['Away', '不在岗'],
  none: ['Nobody else can be asked.', '没有其他可咨询的同事。'],
  other: ['Choose another', '另选'],
  note: ['What do you want to know?', '您想了解什么？'],
  'note.hint': ['They read it first, as a note in the conversation', '对方会先看到，作为会话中的备注'],
  go: ['Ask', '咨询'],
  done: ['{name} has been asked', '已咨询{name}'],
  asked: ['{name} is asked', '正在咨询{name}'],
  'asked.by': ['{by} asks {name}', '{by}正在咨询{name}'],
  you: ['{by} asks you', '{by}向您咨询'],
  'you.none': ['Read along, and answer with a note.', '请查看会话，并用备注回答。'],
  answer: ['Answer', '回答'],
  end: ['End', '结束'],
  'end.you': ['I am done', '我已答复'],
  ended: ['The consult has ended', '咨询已结束'],
  since: ['for {time}', '已 {time}'],
} as const;
export const say = pack(words);
