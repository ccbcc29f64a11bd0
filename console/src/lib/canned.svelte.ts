import { CannedRepliesDocument } from '../gql/graphql';
import { ask } from './client';
import type { Canned } from './canned';
import { desk } from './desk.svelte';

/** Read again when they are asked for after so long: supervisors change them seldom. */
const FRESH = 60_000;

/** The canned replies of the tenant, read when the first one is asked for. */
class Replies {
  list = $state.raw<Canned[]>([]);
  /** They were read: an empty list means that there are none. */
  known = $state(false);
  private read = { at: 0, by: '' };

  async refresh(): Promise<void> {
    const [now, by] = [Date.now(), desk.me?.id ?? ''];
    if (by === this.read.by && now - this.read.at < FRESH) return;
    if (by !== this.read.by) [this.list, this.known] = [[], false];
    this.read = { at: now, by };
    try {
      this.list = (await ask(CannedRepliesDocument, {})).cannedReplies;
      this.known = true;
    } catch {
      this.read = { at: 0, by };
    }
  }
}

export const replies = new Replies();
