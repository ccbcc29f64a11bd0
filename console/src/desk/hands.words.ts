import { pack } from '../lib/i18n/pack';

export const words = {
  taken: ['It is yours: the bot says nothing more', '已由您接手，机器人不再发言'],
  help: ['Your work on it ends. The bot gets what it handed over, your note, and the customer’s last words.', '您对它的工作到此结束。机器人会收到它移交的内容、您的备注以及客户最后的话。'],
  note: ['Note for the bot', '给机器人的备注'],
  'note.hint': ['What was found out, what is still to do', '已查明什么，还需做什么'],
  bot: ['Bot', '机器人'],
  'bot.same': ['The one who had it', '原来的机器人'],
  go: ['Give back', '交回'],
  done: ['The bot has it again', '已交回机器人'],
} as const;
export const say = pack(words);
