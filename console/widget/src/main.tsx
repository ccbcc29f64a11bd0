import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { pieces } from '../../src/lib/links';
import { Chat } from './chat';
import type { Line } from './model';
import '../../src/ui/dots.css';
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
const account = new URLSearchParams(location.search).get('account') ?? '';
const quiet = asked.has('quiet');
const chat: Chat = new Chat(
  account,
  lang,
  asked.get('name') ?? '',
  () => {
    redraw();
    tell(chat.unread);
    if (theirs() > said) tell('talks');
    said = theirs();
  },
  !quiet,
);
const theirs = (): number => chat.lines.filter(({ from }) => from === 'visitor').length;
let said = theirs();

const time = (at: string): string =>
  new Date(at).toLocaleTimeString(lang === 'zh' ? 'zh-CN' : 'en-GB', { hour: '2-digit', minute: '2-digit' });

const day = (at: string): string => {
  const date = new Date(at);
  return date.toDateString() === new Date().toDateString() ? '' : date.toLocaleDateString(lang === 'zh' ? 'zh-CN' : 'en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
};

/** When people are back, and where they write to who is gone by then. */
function Closed() {
  const { open, opens_at } = chat.hours;
  if (open) return null;
  return (
    <>
      {opens_at && <span>{t.back} {day(opens_at)} {time(opens_at)}</span>}
      <label>
        {t.email}
        <input type="email" autocomplete="email" maxLength={254} placeholder="name@example.com" value={chat.kept.email ?? ''} onChange={(event) => chat.reach(event.currentTarget.value)} />
      </label>
    </>
  );
}

/** Where they stand in line and how long it takes, or when they are answered instead. */
function Waiting() {
  const { later } = chat.kept;
  if (later) {
    return (
      <p class="person" role="status">
        {t.later} {day(later.dueAt)} {time(later.dueAt)}{later.untilAt && `–${time(later.untilAt)}`}
        <button onClick={() => void chat.waiting()}>{t.rather}</button>
      </p>
    );
  }
  if (!chat.wait) return null;
  const { position, expected, callbackOffered } = chat.wait;
  return (
    <p class="person" role="status">
      {position > 1000 ? t.far : t.place(position)}
      {expected && ` · ${t.expected(expected.fromMinutes, expected.toMinutes)}`}
      {callbackOffered && <button onClick={() => void chat.later()}>{t.answerLater}</button>}
      {chat.trouble && <span role="alert">{t.noLater}{lang === 'en' && ` ${chat.trouble}`}</span>}
    </p>
  );
}

function Said({ line, joined }: { line: Line; joined: boolean }) {
  const state = { waiting: t.waiting, sending: t.sending, sent: t.sent, here: t.sent, failed: t.failed }[line.way];
  return (
    <li class={`${line.from === 'visitor' ? 'own' : 'their'} ${joined ? 'joined' : ''}`}>
      {line.from !== 'visitor' && !joined && <span class="who">{line.from === 'bot' ? t.bot : t.agent}</span>}
      {line.file !== undefined && <span class="file">{line.file}</span>}
      {(line.withdrawn || line.text || (!line.files?.length && line.file === undefined)) && <p class={line.withdrawn ? 'gone' : ''}>{line.withdrawn ? t.withdrawn : pieces(line.text).map(({ text, href }) => (href ? <a href={href} target="_blank" rel="noopener noreferrer">{text}</a> : text))}</p>}
      {!line.withdrawn && line.files?.map((file) => !file.url ? (
        <span key={file.id} class="file">{file.name || file.kind}{/FAILED|REFUSED/.test(file.state ?? '') && ` · ${t.notKept}`}</span>
      ) : (
        <a key={file.id} class="file" href={file.url ?? ''} target="_blank" rel="noopener noreferrer">
          {/^image\/(png|jpe?g|gif|webp)$/.test(file.contentType) ? <img src={file.url ?? ''} alt={file.name || file.kind} /> : file.name || file.kind}
        </a>
      ))}
      {line.reaction && !line.withdrawn && <span class="reaction">{line.reaction}</span>}
      <small>
        {time(line.at)}
        {line.edited && !line.withdrawn && ` · ${t.edited}`}
        {line.from === 'visitor' && <> · {state}</>}
        {line.way === 'failed' && (line.file === undefined ? <button onClick={() => chat.again(line.id)}>{t.again}</button> : ` · ${t.otherFile}`)}
      </small>
    </li>
  );
}

function App() {
  const [, draw] = useState(0);
  const [text, setText] = useState('');
  const log = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [large, setLarge] = useState(false);
  redraw = () => draw((n) => n + 1);
  /** Shows what was said last. */
  const end = (): void => log.current?.scrollTo({ top: log.current.scrollHeight });
  /** Makes the field as high as its text. */
  const fit = (): void => {
    const at = field.current;
    if (!at) return;
    at.style.height = 'auto';
    at.style.height = `${Math.min(120, at.scrollHeight)}px`;
  };

  useEffect(() => {
    const heard = (event: MessageEvent<{ meridian?: string | { identity?: string } }>): void => {
      if (event.origin !== host || event.source !== parent) return;
      const said = event.data.meridian;
      if (typeof said === 'object') void chat.identify(said.identity ?? '').then(() => !said.identity && tell('left'));
      if (event.data.meridian === 'shown') {
        chat.show(true);
        field.current?.focus();
        // Nothing has a size as long as nobody sees it.
        requestAnimationFrame(() => (end(), fit()));
      }
      if (event.data.meridian === 'hidden') chat.show(false);
    };
    const key = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.isComposing) tell('close');
    };
    addEventListener('message', heard);
    addEventListener('keydown', key);
    if (!quiet) field.current?.focus();
    tell('ready');
    return () => (removeEventListener('message', heard), removeEventListener('keydown', key));
  }, []);
  useEffect(end, [chat.lines.length]);
  useEffect(fit, [text]);

  const attach = (files: FileList | null | undefined): void => {
    setLarge(!!files && !chat.attach(files));
    if (picker.current) picker.current.value = '';
    field.current?.focus();
  };
  const send = (): void => {
    if (text.trim() === '') return;
    chat.say(text.trim());
    setText('');
    field.current?.focus();
  };

  return (
    <main
      aria-label={t.title}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => (event.preventDefault(), attach(event.dataTransfer?.files))}
    >
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
            {!chat.unknown && <span>{chat.hours.open ? t.helloHelp : t.closed}</span>}
            {!chat.unknown && <Closed />}
          </li>
        )}
        {chat.lines.map((line, index) => (
          <Said key={line.id} line={line} joined={chat.lines[index - 1]?.from === line.from} />
        ))}
        {chat.unknown && chat.lines.length > 0 && <li class="hello" role="alert">{t.unknown}</li>}
        </ol>
      </div>
      <p class="writing" role="status">
        {chat.writing && <><span class="dots" aria-hidden="true"><i /><i /><i /></span>{t.writing}</>}
      </p>
      {chat.buttons.length > 0 && (
        <p class="buttons" role="group" aria-label={t.choose}>
          {chat.buttons.map((button) => (
            <button key={button.payload} onClick={() => (chat.say(button.title, button.payload), field.current?.focus())}>{button.title}</button>
          ))}
        </p>
      )}
      <Waiting />
      {chat.lines.length > 0 && !chat.kept.email && !chat.lines.some((line) => line.from === 'agent') && <div class="hello"><Closed /></div>}
      {chat.byBot && (
        <p class="person" role="status">
          {chat.asked >= 0 ? t.asked : <button onClick={() => void chat.person()}>{t.person}</button>}
        </p>
      )}
      {large && <p class="person" role="alert">{t.tooLarge}</p>}
      <form onSubmit={(event) => (event.preventDefault(), send())}>
        <input ref={picker} type="file" multiple hidden tabIndex={-1} onChange={(event) => attach(event.currentTarget.files)} />
        <button type="button" class="clip" aria-label={t.attach} title={t.attach} onClick={() => picker.current?.click()}>
          <svg width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" stroke-linecap="round" aria-hidden="true">
            <path d="m20 11-8 8a5 5 0 0 1-7-7l8-8a3.3 3.3 0 0 1 4.7 4.7l-8 8a1.7 1.7 0 0 1-2.4-2.4l7.5-7.5" />
          </svg>
        </button>
        <textarea
          ref={field}
          rows={1}
          maxLength={10000}
          value={text}
          placeholder={t.placeholder}
          aria-label={t.placeholder}
          onInput={(event) => (setText(event.currentTarget.value), chat.types(event.currentTarget.value))}
          onPaste={(event) => event.clipboardData?.files.length && (event.preventDefault(), attach(event.clipboardData.files))}
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
