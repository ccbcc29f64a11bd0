import { pack } from '../lib/i18n/pack';

export const words = {
  from: ['Holidays from a calendar file', '从日历文件导入节假日'],
  help: ['iCalendar (.ics), as calendars and authorities publish it. It is shown first; nothing is kept before you say so.', 'iCalendar（.ics）文件。先预览，确认后才保存。'],
  choose: ['Choose a file', '选择文件'],
  large: ['The file is larger than 512 KiB: export fewer years', '文件超过 512 KiB，请缩短导出的年份'],
  none: ['The file names no day from today on', '文件中没有今天及以后的日期'],
  shown: ['Days of {file}', '{file} 中的日期'],
  closed: ['closed', '休息'],
  line: ['line {n}', '第 {n} 行'],
  'change.new': ['new', '新增'],
  'change.replaces': ['replaces', '替换'],
  'change.same': ['known', '已有'],
  apply: ['Keep {n} days', '保存 {n} 天'],
  nothing: ['The site knows them all', '站点已全部具备'],
  applied: ['{n} days kept', '已保存 {n} 天'],
  leave: ['Leave it', '放弃'],
} as const;
export const say = pack(words);
