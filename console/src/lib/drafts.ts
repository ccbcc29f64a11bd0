import { uuid } from './ids';

/** What somebody is writing. */
export interface Draft {
  text: string;
  mode: 'reply' | 'note';
  /** One key a send: the same words sent again after a lost answer change nothing. */
  key: string;
  /** `seq` of the newest item when it was begun: what colleagues say after it was not known to who writes. */
  begun?: number;
  /** The draft of a model that went into the words. */
  from?: string;
  /** Files that go with the words: they are stored already. */
  files?: { id: string; name: string; size: number; type: string }[];
  /** The words of the other mode: they wait there, so that a note is never part of a reply. */
  other?: Words;
}

type Mode = Draft['mode'];
type Words = Pick<Draft, 'text' | 'key' | 'begun' | 'from'>;
type Stored = NonNullable<Draft['files']>[number];

/** With one more file. A note stays a note: the file waits for the reply it was meant for. */
export function withFile(draft: Draft, file: Stored): Draft {
  return { ...draft, files: [...(draft.files ?? []), file] };
}

/** Whether there is something in it. */
export function written(draft: Draft | null): boolean {
  return draft !== null && (draft.text.trim() !== '' || Boolean(draft.other?.text.trim()) || Boolean(draft.files?.length));
}

/** What is written in one mode, on the screen or not. */
export function of(draft: Draft, mode: Mode): string {
  return (draft.mode === mode ? draft.text : draft.other?.text) ?? '';
}

/** The other mode with its own words; those that stood there wait. Files are for a reply, whichever is on the screen. */
export function turned(draft: Draft, mode: Mode, newKey: () => string = uuid): Draft {
  if (draft.mode === mode) return draft;
  const { text, key, begun, from, files } = draft;
  return { text: '', key: newKey(), begun: undefined, from: undefined, ...draft.other, mode, files, other: text === '' ? undefined : { text, key, begun, from } };
}

/** Words that were refused go before what is written in their own mode. */
export function backIn(draft: Draft, out: Pick<Draft, 'text' | 'mode' | 'from' | 'files'>, newKey: () => string = uuid): Draft {
  const { text, key, other, files } = turned(draft, out.mode, newKey);
  return { text: [out.text, text].filter(Boolean).join('\n'), mode: out.mode, key, from: out.from, files: [...(out.files ?? []), ...(files ?? [])], other };
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** Drafts of one person, one a conversation; they outlive reloads and expired sign-ins, not the tab. */
export class Drafts {
  constructor(
    private readonly store: Store,
    private readonly owner: string,
    private readonly newKey: () => string = uuid,
  ) {}

  private name(conversation: string): string {
    return `meridian.draft.${this.owner}.${conversation}`;
  }

  read(conversation: string): Draft {
    return this.kept(conversation) ?? { text: '', mode: 'reply', key: this.newKey() };
  }

  private kept(conversation: string): Draft | null {
    try {
      const kept = JSON.parse(this.store.getItem(this.name(conversation)) ?? 'null') as Draft | null;
      return kept && typeof kept.text === 'string' && typeof kept.key === 'string' ? kept : null;
    } catch {
      // Unreadable: as if there was none.
      return null;
    }
  }

  write(conversation: string, draft: Draft): void {
    try {
      if (draft.text === '' && draft.mode === 'reply' && !draft.files?.length && !draft.other) this.store.removeItem(this.name(conversation));
      else this.store.setItem(this.name(conversation), JSON.stringify(draft));
    } catch {
      // Full or forbidden: the words stay in the field.
    }
  }

  /** The words went out: the next ones get a key of their own. Who wrote a note goes on writing notes; those of the other mode wait. */
  sent(conversation: string, mode: Mode, other?: Words): Draft {
    const next: Draft = { text: '', mode, key: this.newKey(), other };
    this.write(conversation, next);
    return next;
  }

  has(conversation: string): boolean {
    return written(this.kept(conversation));
  }
}
