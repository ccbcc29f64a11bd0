import { pack } from '../lib/i18n/pack';

export const words = {
  help: ['A table (CSV, UTF-8 or GB18030, at most 20 MiB and 100,000 rows) is looked at first and applied when you say so. Columns are found by their headers: name, phone, email, birth date, account, tags, verified.', '表格（CSV，UTF-8 或 GB18030，最大 20 MiB、10 万行）先预览，确认后才导入。按表头识别列：姓名、电话、邮箱、出生日期、账号、标签、已验证。'],
  choose: ['Choose a table', '选择表格'],
  region: ['Country of phone numbers without a prefix', '无国际区号的电话所属国家'],
  reading: ['Reading the table …', '正在读取表格…'],
  earlier: ['Earlier imports', '以往导入'],
  none: ['Nothing was imported yet', '尚未导入'],
  'state.preview': ['Looked at, nothing applied', '仅预览，尚未导入'],
  'state.waiting': ['Waiting', '等待中'],
  'state.running': ['Running', '导入中'],
  'state.done': ['Done', '已完成'],
  'state.failed': ['Failed', '失败'],
  rows: ['{n} rows', '{n} 行'],
  'found.before': ['{n} customers would be made', '将新建 {n} 位客户'],
  found: ['{n} customers made', '已新建 {n} 位客户'],
  linked: ['{n} rows meet somebody known', '{n} 行对应已有客户'],
  refused: ['{n} rows are refused', '{n} 行被拒绝'],
  apply: ['Apply', '导入'],
  progress: ['{done} of {total}', '{done}/{total}'],
  line: ['Line', '行'],
  reason: ['Why it is refused', '拒绝原因'],
  more: ['More lines', '更多'],
} as const;
export const say = pack(words);
