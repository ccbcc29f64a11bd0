import { complain } from './errors';
import { Failed } from './failed';

/** A part of the page that is loaded when it is first asked for; null, and told, when it does not come. */
export async function lazy<C>(load: () => Promise<{ default: C }>): Promise<C | null> {
  try {
    return (await load()).default;
  } catch {
    complain(new Failed('STALE_PAGE', ''));
    return null;
  }
}
