import { i18n } from '../lib/i18n/index.svelte';

/** Words of the dialog alone: they come with it, not with the page. */
const words = {
  en: {
    title: 'Send a template',
    help: 'Approved by the provider, it may be sent although the time to answer is over.',
    none: 'This channel has no approved templates yet. An admin adds them under Channels.',
    search: 'Find a template',
    file: { image: 'Attach a picture first: it stands above the text.', video: 'Attach a film first: it stands above the text.', document: 'Attach a file first: it stands above the text.' },
    preview: 'What the customer reads',
    send: 'Send',
    loading: 'Loading…',
  },
  zh: {
    title: '发送模板消息',
    help: '该消息已通过服务商审核，超过回复时限仍可发送。',
    none: '此渠道还没有已审核的模板，请管理员在“渠道”中添加。',
    search: '查找模板',
    file: { image: '请先附上一张图片，它将显示在正文上方。', video: '请先附上一段视频，它将显示在正文上方。', document: '请先附上一个文件，它将显示在正文上方。' },
    preview: '客户将看到',
    send: '发送',
    loading: '正在加载…',
  },
};

export const say = (): (typeof words)['en'] => words[i18n.lang];
