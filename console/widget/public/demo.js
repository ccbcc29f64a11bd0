// The account comes from the address (?account=cha_...) or from the form; the language from ?lang= or the browser.
const asked = new URLSearchParams(location.search);
const form = document.querySelector('form');
const words = {
  over: '演示商店',
  text: '水壶、灯具，以及其他不该漏的东西。此页代表您自己的网站，右下角的按钮就是 Meridian 的在线聊天。',
  account: '网页聊天账户',
  lang: '语言',
  browser: '跟随浏览器',
  open: '打开聊天',
  where: '账户编号见 Meridian 的“管理 › 渠道 › 网页聊天”，那里也有带编号的本页链接。',
  code: '放到您的网站',
};
if ((asked.get('lang') || navigator.language).startsWith('zh')) {
  document.documentElement.lang = 'zh-CN';
  document.title = 'Harbour Goods：Meridian 聊天演示';
  for (const at of document.querySelectorAll('[data-word]')) at.textContent = words[at.dataset.word];
}
const start = (account, lang, open) => {
  const script = document.createElement('script');
  script.src = '/widget/loader.js';
  script.dataset.account = account;
  if (lang) script.dataset.lang = lang;
  if (open) script.dataset.open = 'true';
  document.head.append(script);
};
const snippet = () => {
  const account = form.account.value.trim() || 'cha_…';
  document.querySelector('code').textContent = `<script async src="${location.origin}/widget/loader.js" data-account="${account}"></${'script'}>`;
};
form.account.value = asked.get('account') ?? '';
form.lang.value = asked.get('lang') ?? '';
form.account.addEventListener('input', snippet);
snippet();
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (window.Meridian) window.Meridian('open');
  else start(form.account.value.trim(), form.lang.value, true);
});
if (asked.get('account')) start(asked.get('account'), asked.get('lang'), asked.has('open'));
