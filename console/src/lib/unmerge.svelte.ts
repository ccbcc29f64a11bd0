import { CustomerUnmergeDocument, type CustomerUnmergeMutation } from '../gql/graphql';
import { ahead } from './ahead';
import { act } from './client';
import { Failed } from './failed';

export interface Resting {
  actId: string;
  reason: string;
  /** Merges that came later and rest on it, newest first. */
  later: CustomerUnmergeMutation['customerUnmerge']['laterMerges'];
}

/** Takes merges back, from wherever one was made or is offered to be taken back, also after that part of the page has gone. */
class Unmerging {
  Dialog = $state.raw<typeof import('../desk/UndoDialog.svelte').default | null>(null);
  /** What the person is asked about now. */
  now = $state.raw<Resting | null>(null);
  private answer: (done: boolean) => void = () => undefined;

  /** Whether it was taken back: when later merges rest on it the person chooses first. Any other refusal is thrown. */
  async take(actId: string, reason: string): Promise<boolean> {
    try {
      await act(CustomerUnmergeDocument, { input: { actId, reason } });
      return true;
    } catch (error) {
      const later = error instanceof Failed ? ((error.answer as { laterMerges?: Resting['later'] } | null)?.laterMerges ?? []) : [];
      if (later.length > 0) this.Dialog ??= await ahead(() => import('../desk/UndoDialog.svelte'));
      if (later.length === 0 || !this.Dialog) throw error;
      this.end(false);
      this.now = { actId, reason, later };
      return new Promise((done) => (this.answer = done));
    }
  }

  end(done: boolean): void {
    this.now = null;
    this.answer(done);
  }
}

export const unmerging = new Unmerging();
