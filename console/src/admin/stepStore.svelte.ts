import { ChecklistArchiveDocument, ChecklistSaveDocument, ChecklistsDocument, type ChecklistSaveInput, type KeptFragment } from '../gql/steps/graphql';
import { act, ask } from '../lib/client';
import { words } from '../lib/errors';
import { i18n } from '../lib/i18n/index.svelte';

/** A checklist; its title is its name here. */
export type Kept = KeptFragment & { name: string };

/** The tenant's checklists, those out of use as well: null until they were read. */
class Lists {
  rows = $state.raw<Kept[] | null>(null);
  failed = $state<string | undefined>(undefined);

  async read(): Promise<void> {
    try {
      this.rows = sorted((await ask(ChecklistsDocument, {})).checklists.map(named));
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

  private put(row: KeptFragment | null | undefined): Kept | null {
    if (!row) return null;
    const one = named(row);
    this.rows = sorted([...(this.rows ?? []).filter(({ id }) => id !== one.id), one]);
    return one;
  }
}

const named = (row: KeptFragment): Kept => ({ ...row, name: (i18n.lang === 'zh' && row.titleZh) || row.title });
const sorted = (rows: Kept[]): Kept[] => rows.sort((a, b) => Number(!!a.archivedAt) - Number(!!b.archivedAt) || a.name.localeCompare(b.name));

export const lists = new Lists();
