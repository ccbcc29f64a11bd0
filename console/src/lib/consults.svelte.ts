import { ConsultedDocument, type ConsultedQuery } from '../gql/graphql';
import { ask } from './client';
import { desk } from './desk.svelte';
import { t } from './i18n/index.svelte';
import { names } from './names.svelte';
import { notices } from './notices.svelte';
import { router } from './router.svelte';
import { toasts } from './toasts.svelte';
import { news } from './asked';

/** A change may bring several at once. */
const SOON = 250;

/** What colleagues ask the signed-in person about; each new one is told wherever they are. */
class Consults {
  /** How many are open. */
  count = $state(0);
  private known: Set<string> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Follows what is asked; the result ends it. */
  start(): () => void {
    const off = desk.hear((change) => {
      const theirs = change.__typename === 'ConversationChange' && change.conversation.assignee?.id !== desk.me?.id;
      if (theirs || change.__typename === 'Resync') this.soon();
    });
    this.soon();
    return () => {
      off();
      clearTimeout(this.timer);
      [this.known, this.count] = [null, 0];
    };
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.read().catch(() => undefined), SOON);
  }

  private async read(): Promise<void> {
    const { nodes } = (await ask(ConsultedDocument, {})).conversations;
    const { open, fresh } = news(nodes, (id) => names.me(id), this.known);
    this.known = new Set(open.map(({ id }) => id));
    this.count = open.length;
    if (fresh.length > 0) await names.readAll().catch(() => undefined);
    for (const one of fresh) this.tell(one.conversation, one.askedById);
  }

  private tell({ id, customer }: ConsultedQuery['conversations']['nodes'][number], by: string): void {
    const open = (): void => void router.visit(`/inbox/consulted/${id}`);
    const values = { by: names.agent(by), name: customer?.name || t('customer.unknown') };
    toasts.show('info', t('consult.news', values), { label: t('consult.open'), run: open }, 15_000);
    notices.show(`talk:${id}`, t('consult.news', values), '', open);
  }
}

export const consults = new Consults();
