import { prefs } from './prefs.svelte';

/** Tokens of one sign-in, as `/auth` gives them. */
interface Tokens {
  access: string;
  refresh: string;
  /** Local milliseconds. */
  expires: number;
  agent: string;
  role: string;
  workspace: string;
  email: string;
}

export type Refusal = 'credentials' | 'too_many' | 'unavailable';
export type PasswordRefusal = Refusal | 'weak_password' | 'same_password' | 'sign_in';

const KEY = 'meridian.session';
/** Refresh this long before the token ends. */
const EARLY = 60_000;

function read(): Tokens | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Tokens | null;
    // A sign-in of before they were kept has neither.
    return kept && { ...kept, workspace: kept.workspace || prefs.workspace, email: kept.email || prefs.email };
  } catch {
    return null;
  }
}

/**
 * Who is signed in on this tab. Everything that needs a token asks `token()`: it refreshes in time, and when the
 * sign-in has ended it waits until the person has signed in again, so that nothing in hand is lost.
 */
class Session {
  tokens = $state.raw<Tokens | null>(read());
  /** The sign-in ended while work was on the screen. */
  expired = $state(false);
  /** The person is about to set another password. */
  changing = $state(false);
  private refreshing: Promise<string> | null = null;
  private waiting: ((token: string) => void)[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    if (this.tokens) this.plan();
  }

  async signIn(workspace: string, email: string, password: string): Promise<Refusal | null> {
    const answer = await post('/auth/sign-in', { workspace, email, password });
    if (!answer?.ok) return refusal(answer);
    const before = this.tokens?.agent;
    this.take(await answer.json(), workspace, email);
    prefs.remember(workspace, email);
    if (before && before !== this.tokens?.agent) location.reload();
    return null;
  }

  /** Sets another password. Every other sign-in of the person ends; this tab goes on with a new one. */
  async changePassword(password: string, next: string): Promise<PasswordRefusal | null> {
    await this.refreshing;
    const before = this.tokens;
    if (!before) return 'unavailable';
    if (!before.workspace || !before.email) return 'sign_in';
    let refused: PasswordRefusal | null = null;
    const change = async (): Promise<string> => {
      const { workspace, email } = before;
      const answer = await post('/auth/password', { workspace, email, password, new_password: next });
      if (answer?.ok && this.tokens === before) return this.take(await answer.json(), workspace, email);
      if (answer?.status === 422) refused = String((await answer.json()).type).endsWith('weak_password') ? 'weak_password' : 'same_password';
      // The server lacks who it is.
      else refused = answer?.status === 400 ? 'sign_in' : refusal(answer);
      return before.access;
    };
    // The server closes sockets before its answer is here: who asks for another token meanwhile waits for that of the change.
    this.refreshing = change().finally(() => (this.refreshing = null));
    await this.refreshing;
    return refused;
  }

  /** A token that stands; `refused` is one that the server no longer takes. */
  async token(refused?: string): Promise<string> {
    const now = this.tokens;
    if (now && now.access !== refused && now.expires - Date.now() > 5_000) return now.access;
    if (!this.expired) this.refreshing ??= this.refresh().finally(() => (this.refreshing = null));
    return this.refreshing ?? this.again();
  }

  forget(): void {
    clearTimeout(this.timer);
    sessionStorage.removeItem(KEY);
    // What waited for a token was asked by this person, and must not go out as the next one.
    this.waiting = [];
    this.tokens = null;
    [this.expired, this.changing] = [false, false];
  }

  private async refresh(): Promise<string> {
    const { agent: before, workspace, email } = this.tokens ?? {};
    for (let wait = 500; this.tokens; wait = Math.min(8000, wait * 2)) {
      const answer = await post('/auth/refresh', { refresh_token: this.tokens.refresh });
      // Whoever signed out meanwhile stays signed out.
      if (this.tokens?.agent !== before) break;
      if (answer?.ok) return this.take(await answer.json(), workspace, email);
      if (answer && answer.status < 500 && answer.status !== 429) break;
      await new Promise((done) => setTimeout(done, wait));
    }
    if (this.tokens && this.tokens.agent === before) this.expired = true;
    return this.again();
  }

  private again(): Promise<string> {
    return new Promise((done) => this.waiting.push(done));
  }

  private take(answer: Record<string, string>, workspace = '', email = ''): string {
    const expires = Date.now() + Number(answer.expires_in) * 1000;
    const tokens: Tokens = {
      access: answer.access_token ?? '',
      refresh: answer.refresh_token ?? '',
      agent: answer.agent ?? '',
      role: answer.role ?? '',
      workspace,
      email,
      expires,
    };
    this.tokens = tokens;
    sessionStorage.setItem(KEY, JSON.stringify(tokens));
    this.expired = false;
    for (const done of this.waiting.splice(0)) done(tokens.access);
    this.plan();
    return tokens.access;
  }

  private plan(): void {
    clearTimeout(this.timer);
    const wait = Math.max(0, (this.tokens?.expires ?? 0) - Date.now() - EARLY);
    this.timer = setTimeout(() => void this.token(this.tokens?.access), wait);
  }
}

function refusal(answer: Response | null): Refusal {
  if (answer?.status === 429) return 'too_many';
  return answer?.status === 401 || answer?.status === 400 ? 'credentials' : 'unavailable';
}

async function post(path: string, body: unknown): Promise<Response | null> {
  try {
    const headers = { 'content-type': 'application/json' };
    return await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  } catch {
    return null;
  }
}

export const session = new Session();
