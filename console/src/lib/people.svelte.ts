import { CustomerSearchDocument, type CustomerSearchQuery } from '../gql/graphql';
import { ask } from './client';
import { words } from './errors';

export type Found = CustomerSearchQuery['customers'][number];

/** Letters pause for this long before the server is asked. */
const PAUSE = 150;

/** Customers by what is typed: the answer to the newest question stands, whatever order answers come in. */
export class People {
  found = $state.raw<Found[]>([]);
  /** What `found` answers. */
  answered = $state('');
  trouble = $state<string | null>(null);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ticket = 0;

  constructor(private readonly first: number) {}

  search(text: string): void {
    clearTimeout(this.timer);
    const asked = text.trim();
    const mine = ++this.ticket;
    // One letter finds everybody; one character of a script without spaces may be a name.
    if (asked.length < 2 && !/[^\u0000-\u024f]/.test(asked)) {
      [this.found, this.answered, this.trouble] = [[], '', null];
      return;
    }
    this.timer = setTimeout(() => void this.ask(asked.slice(0, 200), mine), PAUSE);
  }

  private async ask(search: string, mine: number): Promise<void> {
    try {
      const { customers } = await ask(CustomerSearchDocument, { search, first: this.first });
      if (mine === this.ticket) [this.found, this.answered, this.trouble] = [customers, search, null];
    } catch (error) {
      if (mine === this.ticket) [this.found, this.answered, this.trouble] = [[], search, words(error)];
    }
  }
}

/** The addresses that tell people of one name apart. */
export function addresses(person: Found, most = 2): string {
  const shown = ['phone_e164', 'email', 'crm_id'];
  const rank = (scheme: string): number => (shown.includes(scheme) ? shown.indexOf(scheme) : shown.length);
  const digits = (value: string): string => value.replace(/^\+/, '');
  const sorted = [...person.identities].sort((a, b) => rank(a.scheme) - rank(b.scheme));
  // A WhatsApp id says the phone number once more.
  const once = sorted.filter((one, index) => sorted.findIndex((other) => digits(other.value) === digits(one.value)) === index);
  return once.slice(0, most).map(({ value }) => value).join(' · ');
}
