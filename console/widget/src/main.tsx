import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Chat } from './chat';
import type { Line } from './model';
import './style.css';
import { words } from './words';

const asked = new URLSearchParams(location.hash.slice(1));
const lang = asked.get('lang') === 'zh' ? 'zh' : 'en';
const t = words[lang]!;
const host = asked.get('host') ?? location.origin;
document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';

const tell = (value: unknown): void => {
  if (parent !== window) parent.postMessage({ meridian: value }, host);
};

let redraw = (): void => undefined;
const chat: Chat = new Chat(asked.get('account') ?? '', lang, asked.get('name') ?? '', () => {
  redraw();
  tell(chat.unread);
});

const time = (at: string): string =>
  new Date(at).toLocaleTimeString(lang === 'zh' ? 'zh-CN' : 'en-GB', { hour: '2-digit', minute: '2-digit' });

function Said({ line, joined }: { line: Line; joined: boolean }) {
  const state = { waiting: t.waiting, sending: t.sending, sent: t.sent, here: t.sent, failed: t.failed }[line.way];
  return (
    <li class={`${line.from === 'visitor' ? 'own' : 'their'} ${joined ? 'joined' : ''}`}>
      {line.from !== 'visitor' && !joined && <span class="who">{line.from === 'bot' ? t.bot : t.agent}</span>}
      {(line.withdrawn || line.text || !line.files?.length) && <p class={line.withdrawn ? 'gone' : ''}>{line.withdrawn ? t.withdrawn : line.text}</p>}
      {!line.withdrawn && line.files?.map((file) => (
        <a key={file.id} class="file" href={file.url ?? ''} target="_blank" rel="noopener noreferrer">
          {/^image\/(png|jpe?g|gif|webp)$/.test(file.contentType) ? <img src={file.url ?? ''} alt={file.name || file.kind} /> : file.name || file.kind}
        </a>
      ))}
      <small>
        {time(line.at)}
        {line.from === 'visitor' && <> · {state}</>}
        {line.way === 'failed' && <button onClick={() => chat.again(line.id)}>{t.again}</button>}
      </small>
    </li>
  );
}

function App() {
  const [, draw] = useState(0);
  const [text, setText] = useState('');
  const log = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  redraw = () => draw((n) => n + 1);

  useEffect(() => {
    const heard = (event: MessageEvent<{ meridian?: string | { identity?: string } }>): void => {
      if (event.origin !== host || event.source !== parent) return;
      const said = event.data.meridian;
      if (typeof said === 'object') void chat.identify(said.identity ?? '');
      if (event.data.meridian === 'shown') (chat.show(true), field.current?.focus());
      if (event.data.meridian === 'hidden') chat.show(false);
    };
    const key = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.isComposing) tell('close');
    };
    addEventListener('message', heard);
    addEventListener('keydown', key);
    field.current?.focus();
    tell('ready');
    return () => (removeEventListener('message', heard), removeEventListener('keydown', key));
  }, []);
  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight });
  }, [chat.lines.length]);
  useEffect(() => {
    const at = field.current;
    if (!at) return;
    at.style.height = 'auto';
    at.style.height = `${Math.min(120, at.scrollHeight)}px`;
  }, [text]);

  const send = (): void => {
    if (text.trim() === '') return;
    chat.say(text.trim());
    setText('');
    field.current?.focus();
  };

  return (
    <main aria-label={t.title}>
      <header>
        <h1>{t.title}</h1>
        <button class="close" aria-label={t.close} onClick={() => tell('close')}>
          <svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true">
            <path d="m6 6 12 12M18 6 6 18" />
          </svg>
        </button>
      </header>
      {!chat.live && <p class="away" role="status">{t.away}</p>}
      <div class="log" ref={log} role="log" aria-live="polite" aria-label={t.log}>
        <ol>
        {chat.lines.length === 0 && (
          <li class="hello">
            <strong>{chat.unknown ? t.unknown : t.hello}</strong>
            {!chat.unknown && <span>{t.helloHelp}</span>}
          </li>
        )}
        {chat.lines.map((line, index) => (
          <Said key={line.id} line={line} joined={chat.lines[index - 1]?.from === line.from} />
        ))}
        {chat.unknown && chat.lines.length > 0 && <li class="hello" role="alert">{t.unknown}</li>}
        </ol>
      </div>
      {chat.byBot && (
        <p class="person" role="status">
          {chat.asked >= 0 ? t.asked : <button onClick={() => void chat.person()}>{t.person}</button>}
        </p>
      )}
      <form onSubmit={(event) => (event.preventDefault(), send())}>
        <textarea
          ref={field}
          rows={1}
          maxLength={10000}
          value={text}
          placeholder={t.placeholder}
          aria-label={t.placeholder}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) (event.preventDefault(), send());
          }}
        />
        <button aria-label={t.send} disabled={text.trim() === ''}>
          <svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" aria-hidden="true">
            <path d="M5 12h14m-6-6 6 6-6 6" />
          </svg>
        </button>
      </form>
    </main>
  );
}

render(<App />, document.body);
chat.start();
