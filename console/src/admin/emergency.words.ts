import { pack } from '../lib/i18n/pack';

export const words = {
  help: ['A fire alarm, a storm, a failure of the telephone network: routing, message and staffing switch in one act, and back by themselves.', '火警、暴风雨、电话网络故障：一键切换派单规则、对客通知与人员安排，到时自动恢复。'],
  empty: ['No plan is kept yet', '还没有应急预案'],
  'empty.help': ['Prepare one before it is needed: say what it does and to which queues. A supervisor puts it in force on the floor.', '请提前准备：设定预案做什么、影响哪些队列。需要时由主管在现场启用。'],
  new: ['New plan', '新建预案'],
  'name.help': ['Typed by whoever puts it in force, so keep it short', '启用时须输入名称确认，请尽量简短'],
  minutes: ['In force for, minutes', '持续时间（分钟）'],
  'minutes.help': ['Then it is taken back by itself; 1 to 10,080', '到时自动结束；1 到 10,080'],
  does: ['What it does', '预案内容'],
  'help.allHands': ['Everybody who is available is asked, members or not, at whatever hour', '询问所有示闲的人员，不论是否队列成员、是否在班'],
  'help.overflow': ['Partners may be asked, whatever the rules of overflow say', '不论溢出规则如何，均可询问外包伙伴'],
  'help.closed': ['Nothing is offered: work waits until the plan ends', '不派单：工作等待至预案结束'],
  message: ['Message to customers', '对客通知'],
  'message.help': ['Told once to each customer whose work comes; empty = nothing is said', '向每位来访客户告知一次；留空则不告知'],
  'wrong.closed': ['Customers of a closed queue must be told so', '暂停受理时须告知客户'],
  'wrong.long': ['At most 1,000 characters', '最多 1,000 个字符'],
  'wrong.nothing': ['Choose what it does, or write a message', '请选择预案内容，或填写对客通知'],
  queues: ['Queues', '队列'],
  'queues.help': ['None ticked means all of them, also those to come', '不勾选表示全部队列，包括以后新增的'],
  'queues.all': ['all queues', '全部队列'],
  remove: ['Remove', '删除'],
  'remove.title': ['Remove {name}?', '删除“{name}”？'],
  'remove.help': ['The times it was in force stay in the history.', '其启用记录仍会保留。'],
  removed: ['{name} removed', '“{name}”已删除'],
  saved: ['{name} saved', '“{name}”已保存'],
} as const;
export const say = pack(words);
