/**
 * Draws the launcher on a site and loads the chat in a frame at the first click, or unseen when somebody wrote this week:
 * they are told of answers on whatever page they are. No global styles, no cookies.
 * `<script async src=".../widget/loader.js" data-account="cha_...">`, then `Meridian('open' | 'close' | 'hide')`,
 * `Meridian('identify', token)` with a token of the site when somebody signs in there, `Meridian('logout')` when they leave.
 */
type Say = ((verb: string, value?: unknown) => void) & { q?: [string, unknown][] };

(() => {
  const script = document.currentScript as HTMLScriptElement | null;
  const holder = window as unknown as { Meridian?: Say };
  if (!script || !script.dataset.account || (holder.Meridian && !holder.Meridian.q)) return;
  const home = new URL(script.src).origin;
  const { account, name = '' } = script.dataset;
  let identity = script.dataset.identity ?? '';
  const lang = script.dataset.lang || (navigator.language.startsWith('zh') ? 'zh' : 'en');
  const zh = lang === 'zh';
  const labels = zh ? ['打开聊天', '关闭聊天'] : ['Open chat', 'Close chat'];
  const news = (count: number): string => (zh ? `${count} 条新消息` : `${count} new message${count === 1 ? '' : 's'}`);
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  // A constructed sheet passes the strictest style policy of a site.
  const style = new CSSStyleSheet();
  style.replaceSync(`:host{all:initial}button,iframe{position:fixed;z-index:2147483000;right:20px;border:0}
button{bottom:20px;width:56px;height:56px;border-radius:50%;background:var(--meridian-accent,#0f766e);color:#fff;cursor:pointer;box-shadow:0 6px 20px #0003;font:600 12px system-ui}
button:focus-visible{outline:3px solid #5eead4;outline-offset:2px}svg{display:block;margin:auto}
i{position:absolute;top:-2px;right:-2px;min-width:20px;height:20px;border-radius:10px;background:#c02626;font:600 12px/20px system-ui}
iframe{bottom:88px;width:380px;height:min(640px,calc(100vh - 108px));border-radius:16px;box-shadow:0 12px 40px #0004;color-scheme:normal}
@media(max-width:480px){iframe{inset:0;width:100%;height:100%;border-radius:0}.on{display:none}}
p{position:fixed;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%)}
:host([hidden]),[hidden]{display:none!important}`);
  root.adoptedStyleSheets = [style];
  const button = document.createElement('button');
  button.innerHTML =
    '<svg width="26" height="26" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"><path d="M4 5h16v11H10l-6 4V5Z"/></svg><i hidden></i>';
  const badge = button.querySelector('i') as HTMLElement;
  /** Says to who does not see the badge that something came. */
  const status = document.createElement('p');
  status.setAttribute('role', 'status');
  let frame: HTMLIFrameElement | undefined;
  let ready = false;
  let open = false;
  let unread: number | undefined;

  /** When somebody last wrote here, or `left` until the chat has heard that they left: kept by the site itself. */
  const key = `meridian.talks.${account}`;
  const kept = (): string => {
    try {
      return localStorage[key] ?? '';
    } catch {
      return '';
    }
  };
  const keep = (value?: string): void => {
    try {
      if (value) localStorage[key] = value;
      else delete localStorage[key];
    } catch {
      // The site keeps nothing: the chat comes with the first click.
    }
  };
  let left = kept() === 'left';
  /** What is told before the chat is ready is told then. */
  const tell = (value: unknown): void => {
    if (ready) frame?.contentWindow?.postMessage({ meridian: value }, home);
  };
  const load = (quiet?: 'quiet'): HTMLIFrameElement => {
    const made = document.createElement('iframe');
    made.title = labels[0] ?? '';
    // The account's sites alone may show its page: the server looks at the account to say so.
    made.src = `${home}/widget/index.html?${new URLSearchParams({ account: account ?? '' })}#${new URLSearchParams({ lang, name, host: location.origin, ...(quiet && { quiet }) })}`;
    made.hidden = !!quiet;
    root.append(made);
    return made;
  };
  /** Shows how many answers they have not seen. */
  const count = (next: number): void => {
    if (next !== unread) status.textContent = next > (unread ?? next) ? news(next) : '';
    unread = next;
    badge.textContent = String(next);
    badge.hidden = next === 0;
    button.setAttribute('aria-label', labels[open ? 1 : 0] + (next ? (zh ? '，' : ', ') + news(next) : ''));
  };
  const set = (next: boolean): void => {
    open = next;
    if (next) frame ??= load();
    if (frame) frame.hidden = !next;
    button.className = next ? 'on' : '';
    button.setAttribute('aria-expanded', String(next));
    count(0);
    if (!next) button.focus();
    tell(next ? 'shown' : 'hidden');
  };
  addEventListener('message', (event) => {
    if (event.origin !== home || event.source !== frame?.contentWindow) return;
    const said = (event.data as { meridian?: string | number }).meridian;
    if (said === 'close') set(false);
    if (said === 'talks' && kept() !== 'left') keep(String(Date.now()));
    if (said === 'left') {
      left = false;
      keep();
    }
    if (said === 'ready') {
      ready = true;
      if (left) tell({ identity: '' });
      if (identity) tell({ identity });
      tell(open ? 'shown' : 'hidden');
    }
    if (typeof said === 'number' && !open && !left) count(said);
  });
  button.onclick = () => set(!open);
  const run = (verb: string, value?: unknown): void => {
    if (verb === 'identify') tell({ identity: (identity = String(value ?? '')) });
    if (verb === 'logout') {
      left = true;
      count(0);
      // Also when the page is left before the chat has heard of it.
      if (frame || kept()) {
        keep('left');
        frame ??= load('quiet');
      }
      tell({ identity: (identity = '') });
    }
    if (verb === 'open') set(true);
    if (verb === 'close' && open) set(false);
    if (verb === 'hide') host.hidden = !host.hidden;
  };
  const queued = holder.Meridian?.q ?? [];
  holder.Meridian = run;
  button.setAttribute('aria-label', labels[0] ?? '');
  root.append(button, status);
  const place = (): void => {
    document.body.append(host);
    if (script.dataset.open) set(true);
    for (const [verb, value] of queued) run(verb, value);
    if (left || Number(kept()) > Date.now() - 7 * 864e5) frame ??= load('quiet');
  };
  if (document.body) place();
  else addEventListener('DOMContentLoaded', place);
})();
