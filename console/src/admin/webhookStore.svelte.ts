import { WebhookEndpointsDocument, WebhookPostDocument, type EndpointFragment, type WebhookEndpointsQuery, type WholeFragment } from '../gql/webhooks/graphql';
import { ask } from '../lib/client';
import { words } from '../lib/errors';
import { say } from './webhooks.words';

export type Endpoint = EndpointFragment;

/** The endpoints of the tenant as this page knows them: null until they were read. */
class Webhooks {
  rows = $state.raw<Endpoint[] | null>(null);
  kinds = $state.raw<WebhookEndpointsQuery['webhookEventKinds']>([]);
  failed = $state<string | undefined>(undefined);

  async read(): Promise<void> {
    try {
      const answer = await ask(WebhookEndpointsDocument, {});
      [this.rows, this.kinds, this.failed] = [answer.webhookEndpoints.nodes, answer.webhookEventKinds, undefined];
    } catch (error) {
      this.failed = words(error);
    }
  }

  put(row: Endpoint): void {
    const others = this.rows ?? [];
    this.rows = others.some((other) => other.id === row.id) ? others.map((other) => (other.id === row.id ? row : other)) : [...others, row];
  }
}

export const webhooks = new Webhooks();

/** What a kind of event means, in words; the server's where there are none. */
export function kindText(code: string): string {
  const text = say.code('kind', code);
  return text === code.toLowerCase() ? (webhooks.kinds.find((kind) => kind.code === code)?.about ?? code) : text;
}

/** A delivery once it has ended or was tried at least once; as it stands when it takes too long. */
export async function settled(delivery: WholeFragment, tries = 20): Promise<WholeFragment> {
  for (let n = 0; n < tries && delivery.attempts.length === 0; n++) {
    await new Promise((done) => setTimeout(done, 300));
    delivery = (await ask(WebhookPostDocument, { id: delivery.id })).webhookDelivery ?? delivery;
  }
  return delivery;
}
