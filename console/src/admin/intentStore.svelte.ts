import { IntentExampleRemoveDocument, IntentExamplesAddDocument, IntentModelActivateDocument, IntentModelRetireDocument, IntentModelTrainDocument, IntentModelsDocument, IntentNamesDocument, type IntentNamesQuery } from '../gql/intents/graphql';
import { act, ask } from '../lib/client';
import { words } from '../lib/errors';
import { Failed } from '../lib/failed';
import { AT_ONCE, placeOf, type Line, type Model } from './intents';

/** Between two looks at a training, milliseconds. */
const LOOK = 700;

/** `id` is a row's: no name of an intent is taken for a page. */
export type Intent = IntentNamesQuery['intents'][number] & { id: string; intent: string };
export const rowOf = (intent: string): string => `~${intent}`;

/** The tenant's intents and the versions of their model. */
class Intents {
  /** By name; null until they were read. */
  rows = $state.raw<Intent[] | null>(null);
  /** Newest first; null until they were read. */
  models = $state.raw<Model[] | null>(null);
  failed = $state<string | undefined>(undefined);
  active = $derived(this.models?.find(({ state }) => state === 'active') ?? null);
  training = $derived(this.models?.find(({ state }) => state === 'training') ?? null);
  total = $derived(this.rows?.reduce((sum, one) => sum + one.examples, 0) ?? 0);

  async read(): Promise<void> {
    try {
      await Promise.all([this.readRows(), this.readModels()]);
      this.failed = undefined;
    } catch (error) {
      this.failed = words(error);
    }
  }

  async readRows(): Promise<void> {
    this.rows = (await ask(IntentNamesDocument, {})).intents.map((one) => ({ ...one, id: rowOf(one.name), intent: one.name }));
  }

  async readModels(): Promise<void> {
    this.models = (await ask(IntentModelsDocument, {})).intentModels;
  }

  /** Looks until a training is over; the result stops it. `over` is told the version. */
  watch(over: (model: Model) => void): () => void {
    const timer = setInterval(() => {
      const version = this.training?.version;
      if (version === undefined) return;
      void this.readModels().then(
        () => {
          const now = this.models?.find((one) => one.version === version);
          if (now && now.state !== 'training') over(now);
        },
        () => undefined,
      );
    }, LOOK);
    return () => clearInterval(timer);
  }

  async train(): Promise<void> {
    await act(IntentModelTrainDocument, {});
    await this.readModels();
  }

  async activate(version: number): Promise<void> {
    await act(IntentModelActivateDocument, { input: { version } });
    await this.readModels();
  }

  async retire(): Promise<void> {
    await act(IntentModelRetireDocument, {});
    await this.readModels();
  }

  async remove(intentExampleId: string): Promise<void> {
    await act(IntentExampleRemoveDocument, { input: { intentExampleId } });
    await this.readRows();
  }

  /**
   * Adds examples, as many at once as the server takes; `on` is told how many are in. With `skip` those that are there
   * already are left out; else the first of them is thrown, with its line in `at`.
   */
  async add(lines: readonly Line[], skip: boolean, on: (count: number) => void): Promise<{ added: number; left: number }> {
    let [added, left, rest] = [0, 0, [...lines]];
    try {
      while (rest.length > 0) {
        const part = rest.slice(0, AT_ONCE);
        try {
          await act(IntentExamplesAddDocument, { input: { examples: part.map(({ intent, text }) => ({ intent, text })) } });
          [added, rest] = [added + part.length, rest.slice(part.length)];
          on(added);
        } catch (error) {
          const at = error instanceof Failed ? placeOf(error.field) : null;
          const known = error instanceof Failed && / already$|^example \d+: it repeats /.test(error.message);
          if (at === null || !known || !skip) throw at === null ? error : new Known(error as Failed, part[at]!, known, added);
          rest.splice(at, 1);
          left += 1;
        }
      }
    } finally {
      await this.readRows().catch(() => undefined);
    }
    return { added, left };
  }
}

/** An example that was refused. */
export class Known extends Failed {
  constructor(
    why: Failed,
    readonly at: Line,
    /** It is there already: without it the others can go in. */
    readonly there: boolean,
    /** How many went in before. */
    readonly added: number,
  ) {
    super(why.code, why.message, why.field, why.request);
  }
}

export const intents = new Intents();
