import { pack } from '../lib/i18n/pack';

export const words = {
  capacity: ['Pieces of work at once', '同时处理的工作数量'],
  'capacity.help': ['0 = none of this kind. Who holds more keeps it, and gets nothing new until it fits.', '0 表示不接该类工作。已持有更多时保留，降到上限前不再分配新工作。'],
  attributes: ['Attributes', '属性'],
  'attributes.help': ['What routing plans may ask for, like region = north, years = 5', '供路由方案筛选，例如 region = north, years = 5'],
} as const;
export const say = pack(words);
