import { EmergenciesDocument } from '../gql/emergency/graphql';
import { ask } from '../lib/client';
import { clock } from '../lib/clock.svelte';
import { words } from '../lib/errors';
import { inForce, type Activation, type Plan } from './emergency';

/** How often it is looked at while nothing says that it changed, milliseconds. */
const EVERY = 30_000;

/** Emergency plans, and when they were in force. */
export class Emergencies {
  plans = $state.raw<Plan[] | null>(null);
  activations = $state.raw<Activation[]>([]);
  trouble = $state<string | null>(null);
  readonly now = $derived(inForce(this.activations, clock.now));

  async read(): Promise<void> {
    try {
      const found = await ask(EmergenciesDocument, {});
      [this.plans, this.activations, this.trouble] = [found.emergencyPlans, found.emergencyActivations, null];
    } catch (error) {
      this.trouble = words(error);
    }
  }

  /** What was begun or ended here, before it is read again. */
  put(activation: Activation | null | undefined): void {
    if (activation) this.activations = [activation, ...this.activations.filter((other) => other.id !== activation.id)];
  }

  /** Looks now and then until the result is called. */
  watch(): () => void {
    const timer = setInterval(() => void this.read(), EVERY);
    return () => clearInterval(timer);
  }
}
