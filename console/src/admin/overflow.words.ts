import { pack } from '../lib/i18n/pack';

export const words = {
  lends: ['Partners help under pressure', '繁忙时由外包支援'],
  'lends.help': ['With a rule, partners who are members are asked only while it is open. Without one they are asked like everybody else.', '有规则时，仅在开启期间询问属于成员的外包伙伴；没有规则则与其他人一样询问。'],
  open: ['Partners are asked since {time}', '自 {time} 起询问外包伙伴'],
  shut: ['Partners are not asked now', '当前不询问外包伙伴'],
  opens: ['Opens when either is reached', '满足任一条件时开启'],
  closes: ['Closes when both are below', '两项均低于时关闭'],
  openWaiting: ['Work waits', '等待数量'],
  openWaitSeconds: ['Seconds the first has waited', '首位等待（秒）'],
  closeWaiting: ['Work waits', '等待数量'],
  closeWaitSeconds: ['Seconds the first has waited', '首位等待（秒）'],
  zero: ['0 = does not count', '0 表示不计'],
  contractCap: ['Most work with partners', '外包在手上限'],
  'contractCap.help': ['Over all queues; 0 = no cap', '所有队列合计；0 表示不限'],
  requiredRevision: ['Least knowledge revision', '最低知识版本'],
  'requiredRevision.help': ['Who has not learned it is not asked', '未学习到此版本者不询问'],
  currentRevision: ['Always the newest revision of the knowledge base', '始终要求知识库最新版本'],
  'wrong.never': ['It never opens: give a load or a wait', '永远不会开启：请填写数量或等待时间'],
  'wrong.flutter': ['Must be less than what opens it', '须小于开启条件'],
  outsourced: ['Works for an outsourced partner', '属于外包伙伴'],
  'outsourced.help': ['Asked only when a queue’s rule of overflow is open', '仅在队列溢出规则开启时询问'],
  knowledgeRevision: ['Knowledge revision learned', '已学习的知识版本'],
  partner: ['Partner', '外包'],
} as const;
export const say = pack(words);
