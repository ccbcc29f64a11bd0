import { ChecklistAnswerDocument, ChecklistTickDocument, NextStepsDocument, type StepsFragment } from '../gql/steps/graphql';
import { act, ask } from '../lib/client';
import { complain } from '../lib/errors';
import { i18n } from '../lib/i18n/index.svelte';

export type Followed = StepsFragment['followed'][number];
export type Step = Followed['steps'][number];

/** What a checklist or a step is called in the language in force. */
export const titleOf = (one: { title: string; titleZh: string }): string => (i18n.lang === 'zh' && one.titleZh) || one.title;
export const textOf = (one: { text: string; textZh: string }): string => (i18n.lang === 'zh' && one.textZh) || one.text;

/** Steps that must be done before the conversation is resolved, and are not. */
export const openOf = (all: readonly Followed[]): Step[] => all.flatMap(({ steps }) => steps.filter(({ done, step }) => step.required && !done));

/** The next steps of one conversation. */
export class NextSteps {
  shown = $state.raw<StepsFragment | null>(null);
  /** Counts what was asked and said: an answer that was overtaken is dropped. */
  private turn = 0;

  constructor(readonly id: string) {}

  async read(): Promise<void> {
    const mine = ++this.turn;
    const { conversation } = await ask(NextStepsDocument, { id: this.id });
    if (mine === this.turn) this.shown = conversation?.nextSteps ?? null;
  }

  /** Whether it was taken. */
  answer(checklistId: string, accepted: boolean): Promise<boolean> {
    return this.say(async () => (await act(ChecklistAnswerDocument, { input: { conversationId: this.id, checklistId, accepted } })).checklistAnswer.conversation?.nextSteps);
  }

  /** Shown at once; taken back when the server refuses. */
  tick(list: Followed, step: Step, done: boolean, remark?: string): Promise<boolean> {
    const { place } = step;
    if (this.shown) {
      const changed = (one: Step): Step => (one.place === place ? { ...one, done, remark: remark ?? one.remark } : one);
      const followed = this.shown.followed.map((one) => (one.checklistId === list.checklistId ? { ...one, steps: one.steps.map(changed) } : one));
      this.shown = { ...this.shown, followed };
    }
    return this.say(async () => (await act(ChecklistTickDocument, { input: { conversationId: this.id, checklistId: list.checklistId, place, done, remark } })).checklistTick.conversation?.nextSteps);
  }

  private async say(send: () => Promise<StepsFragment | null | undefined>): Promise<boolean> {
    const mine = ++this.turn;
    try {
      const now = await send();
      if (mine === this.turn && now) this.shown = now;
      return true;
    } catch (error) {
      complain(error);
      await this.read().catch(() => undefined);
      return false;
    }
  }
}
