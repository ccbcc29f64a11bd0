import { AlertsDocument, type AlertBitsFragment } from '../gql/floor/graphql';
import { ask } from '../lib/client';
import { desk } from '../lib/desk.svelte';
import { localised } from '../lib/i18n/index.svelte';
import { notices } from '../lib/notices.svelte';
import { prefs } from '../lib/prefs.svelte';
import { router } from '../lib/router.svelte';
import { chime } from '../lib/sound';
import { toasts } from '../lib/toasts.svelte';
import { counted, unseen } from './alerts';
import { say } from './words';

/** How often it is asked for what others raise, milliseconds; the floor itself is live. */
const LOOK = 20_000;

/** Alerts for a supervisor who is at something else than the floor: counted on the way there, and told once. */
export function watch(): () => void {
  let known: Set<string> | null = null;

  async function look(): Promise<void> {
    const answer = await ask(AlertsDocument, {}).catch(() => null);
    if (!answer) return;
    const now = unseen(answer.alerts);
    desk.alarms = counted(now);
    const still = new Set(now.map(({ id }) => `alert:${id}`));
    notices.drop((id) => id.startsWith('alert:') && !still.has(id));
    for (const alert of now) if (known && !known.has(alert.id)) tell(alert);
    known = new Set(answer.alerts.map(({ id }) => id));
  }

  void look();
  const timer = setInterval(() => void look(), LOOK);
  return () => clearInterval(timer);
}

function tell({ id, kind, text }: AlertBitsFragment): void {
  if (router.area === 'floor' && router.parts.length === 1 && !document.hidden) return;
  const go = (): void => void router.visit('/floor');
  if (prefs.sound) chime();
  toasts.show('bad', `${say.code('kind', kind)}: ${localised(text)}`, { label: say('look'), run: go });
  notices.show(`alert:${id}`, say.code('kind', kind), localised(text), go);
}
