/**
 * Draws the launcher on a site and loads the chat in a frame at the first click. No global styles, no cookies.
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
  const labels = lang === 'zh' ? ['打开聊天', '关闭聊天'] : ['Open chat', 'Close chat'];
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
[hidden]{display:none!important}`);
  root.adoptedStyleSheets = [style];
  const button = document.createElement('button');
  button.innerHTML =
    '<svg width="26" height="26" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"><path d="M4 5h16v11H10l-6 4V5Z"/></svg><i hidden></i>';
  const badge = button.querySelector('i') as HTMLElement;
  let frame: HTMLIFrameElement | undefined;
  let open = false;

  const tell = (value: unknown): void => frame?.contentWindow?.postMessage({ meridian: value }, home);
  const set = (next: boolean): void => {
    open = next;
    if (next && !frame) {
      frame = document.createElement('iframe');
      frame.title = labels[0] ?? '';
      frame.src = `${home}/widget/index.html#${new URLSearchParams({ account: account ?? '', lang, name, host: location.origin })}`;
      root.append(frame);
    }
    if (frame) frame.hidden = !next;
    button.className = next ? 'on' : '';
    button.setAttribute('aria-expanded', String(next));
    button.setAttribute('aria-label', labels[next ? 1 : 0] ?? '');
    if (next) badge.hidden = true;
    else button.focus();
    tell(next ? 'shown' : 'hidden');
  };
  addEventListener('message', (event) => {
    if (event.origin !== home || event.source !== frame?.contentWindow) return;
    const said = (event.data as { meridian?: string | number }).meridian;
    if (said === 'close') set(false);
    if (said === 'ready' && identity) tell({ identity });
    if (typeof said === 'number' && !open) {
      badge.textContent = String(said);
      badge.hidden = said === 0;
    }
  });
  button.onclick = () => set(!open);
  const run = (verb: string, value?: unknown): void => {
    if (verb === 'identify') tell({ identity: (identity = String(value ?? '')) });
    if (verb === 'logout') tell({ identity: (identity = '') });
    if (verb === 'open') set(true);
    if (verb === 'close' && open) set(false);
    if (verb === 'hide') host.hidden = !host.hidden;
  };
  const queued = holder.Meridian?.q ?? [];
  holder.Meridian = run;
  button.setAttribute('aria-label', labels[0] ?? '');
  root.append(button);
  const place = (): void => {
    document.body.append(host);
    if (script.dataset.open) set(true);
    for (const [verb, value] of queued) run(verb, value);
  };
  if (document.body) place();
  else addEventListener('DOMContentLoaded', place);
})();
