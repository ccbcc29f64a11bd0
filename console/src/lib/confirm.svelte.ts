import { t } from './i18n/admin';
import { router, type Keeper } from './router.svelte';

export interface Question {
  title: string;
  help: string;
  go: string;
  danger?: boolean;
}

/** Asks before something that cannot be taken back. */
class Confirms {
  now = $state.raw<(Question & { answer(yes: boolean): void }) | null>(null);
  /** What would be lost by leaving, asked by whoever leads away. */
  private losing: () => Question | null = () => null;

  ask(question: Question): Promise<boolean> {
    this.now?.answer(false);
    return new Promise((done) => {
      const answer = (yes: boolean): void => {
        this.now = null;
        done(yes);
      };
      this.now = { ...question, answer };
    });
  }

  /** Registers what is being edited; the result takes it back. */
  guard(losing: () => Question | null): () => void {
    this.losing = losing;
    const unload = (event: BeforeUnloadEvent): void => {
      if (losing()) event.preventDefault();
    };
    const keeper: Keeper = { holds: () => losing() !== null, ask: () => this.mayLeave() };
    router.keeper = keeper;
    addEventListener('beforeunload', unload);
    return () => {
      removeEventListener('beforeunload', unload);
      if (this.losing === losing) this.losing = () => null;
      if (router.keeper === keeper) router.keeper = null;
    };
  }

  async mayLeave(): Promise<boolean> {
    const question = this.losing();
    return question === null || this.ask(question);
  }
}

export const confirms = new Confirms();

/** A secret that is on the screen will not be shown again. */
export function unstored(): Question {
  return { title: t('confirm.unstored'), help: t('confirm.unstored.help'), go: t('secret.stored') };
}

export function unsaved(): Question {
  return { title: t('confirm.unsaved'), help: t('confirm.unsaved.help'), go: t('confirm.discard'), danger: true };
}
