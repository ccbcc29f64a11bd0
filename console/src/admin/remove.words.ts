import { pack } from '../lib/i18n/pack';

export const words = {
  remove: ['Remove', '删除'],
  title: ['Remove {name}?', '删除“{name}”？'],
  'help.queue': ['Only a queue that nothing needs can go. Its past stays in the reports and timelines.', '仅可删除未被使用的队列，其历史仍保留在报表与时间线中。'],
  'help.site': ['Only a site that nobody works at can go. Its calendar goes with it.', '仅可删除没有人员的站点，其日历将一并删除。'],
  'help.skill': ['Only a skill that nobody holds and no plan asks for can go.', '仅可删除无人持有且没有方案要求的技能。'],
  done: ['{name} removed', '“{name}”已删除'],
} as const;
export const say = pack(words);
