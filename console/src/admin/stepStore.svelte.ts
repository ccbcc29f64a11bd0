import { ChecklistArchiveDocument, ChecklistSaveDocument, ChecklistsDocument, type ChecklistSaveInput, type KeptFragment } from '../gql/steps/graphql';
import { act, ask } from '../lib/client';
import { words } from '../lib/errors';

export type Kept = KeptFragment;

/** The tenant's checklists, those out of use as well: null until they were read. */
class Lists {
  rows = $state.raw<Kept[] | null>(null);
  failed = $state<string | undefined>(undefined);

  async read(): Promise<void> {
    try {
      this.rows = sorted([...(await ask(ChecklistsDocument, {})).checklists]);
      this.failed = undefined;
    } catch (error) {
      this.failed = words(error);
    }
  }

  async save(input: ChecklistSaveInput): Promise<Kept | null> {
    return this.put((await act(ChecklistSaveDocument, { input })).checklistSave.checklist);
  }

  async archive(checklistId: string, archived: boolean): Promise<Kept | null> {
    return this.put((await act(ChecklistArchiveDocument, { input: { checklistId, archived } })).checklistArchive.checklist);
  }

  /** Who has an intent already, besides one of them. */
  holder(intent: string, besides: string | undefined): Kept | undefined {
    return this.rows?.find((one) => !one.archivedAt && one.id !== besides && one.intents.includes(intent));
  }

  private put(row: Kept | null | undefined): Kept | null {
    if (!row) return null;
    this.rows = sorted([...(this.rows ?? []).filter(({ id }) => id !== row.id), row]);
    return row;
  }
}

const sorted = (rows: Kept[]): Kept[] => rows.sort((a, b) => Number(!!a.archivedAt) - Number(!!b.archivedAt) || a.title.localeCompare(b.title));

export const lists = new Lists();
