// The account comes from the address (?account=cha_...) or from the form.
const asked = new URLSearchParams(location.search);
const form = document.querySelector('form');
const start = (account, lang, open) => {
  const script = document.createElement('script');
  script.src = '/widget/loader.js';
  script.dataset.account = account;
  if (lang) script.dataset.lang = lang;
  if (open) script.dataset.open = 'true';
  document.head.append(script);
};
form.account.value = asked.get('account') ?? '';
form.lang.value = asked.get('lang') ?? '';
form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (window.Meridian) window.Meridian('open');
  else start(form.account.value.trim(), form.lang.value, true);
});
if (asked.get('account')) start(asked.get('account'), asked.get('lang'), asked.has('open'));
