import type { RedRuleInput, RuleBitsFragment } from '../gql/red/graphql';

export const tiers = ['standard', 'valued', 'vip', 'red_channel'] as const;
/** There are no more. */
export const MOST_RULES = 50;

/** A rule as it is edited: tags and kinds are one line of text each. */
export interface Rule {
  name: string;
  tiers: string[];
  tags: string;
  queueIds: string[];
  event: boolean;
  kinds: string;
  minSeverity: number | null;
  withinMinutes: number | null;
  /** From -0.95 to 0; null = whatever they said. */
  sentimentBelow: number | null;
  intents: string[];
  headStartMinutes: number | null;
  managerId: string;
  deputyId: string;
  holdSeconds: number | null;
  alert: boolean;
}
export interface Draft {
  rules: Rule[];
  note: string;
}

export function newRule(): Rule {
  return { name: '', tiers: [], tags: '', queueIds: [], event: false, kinds: '', minSeverity: 3, withinMinutes: 1440, sentimentBelow: null, intents: [], headStartMinutes: 10, managerId: '', deputyId: '', holdSeconds: 60, alert: true };
}

export function draftOf(rules: readonly RuleBitsFragment[]): Draft {
  const fresh = newRule();
  return {
    note: '',
    rules: rules.map((rule) => ({
      name: rule.name,
      tiers: [...rule.tiers],
      tags: rule.tags.join(', '),
      queueIds: [...rule.queueIds],
      event: !!rule.event,
      kinds: rule.event?.kinds.join(', ') ?? '',
      minSeverity: rule.event?.minSeverity ?? fresh.minSeverity,
      withinMinutes: rule.event?.withinMinutes ?? fresh.withinMinutes,
      sentimentBelow: rule.sentimentBelow ?? null,
      intents: [...rule.intents],
      headStartMinutes: rule.headStartMinutes,
      managerId: rule.managerId ?? '',
      deputyId: rule.deputyId ?? '',
      holdSeconds: rule.managerId ? rule.holdSeconds : fresh.holdSeconds,
      alert: rule.alert,
    })),
  };
}

/** How unhappy somebody must be, from little to much. */
export const moods = [-0.2, -0.5, -0.8] as const;

/** What a rule may name: the tenant's intents, and those it names that are gone; never what is none of them. */
export function intentsOf(all: readonly string[], named: readonly string[]): { id: string; name: string }[] {
  return [...new Set([...all, ...named])].filter((name) => name !== 'oos').sort().map((name) => ({ id: name, name: name.replaceAll('_', ' ') }));
}

const list = (text: string): string[] => text.split(/[,;，、；\n]+/).map((part) => part.trim()).filter(Boolean);

/** What goes to the server; an emptied number counts as 0, and nobody is kept waiting for no manager. */
export function rulesOf(draft: Draft): RedRuleInput[] {
  return draft.rules.map((rule) => ({
    name: rule.name.trim(),
    tiers: rule.tiers,
    tags: list(rule.tags),
    queueIds: rule.queueIds,
    event: rule.event ? { kinds: list(rule.kinds), minSeverity: rule.minSeverity ?? 0, withinMinutes: rule.withinMinutes ?? 0 } : null,
    sentimentBelow: rule.sentimentBelow,
    intents: rule.intents,
    headStartMinutes: rule.headStartMinutes ?? 0,
    managerId: rule.managerId || null,
    deputyId: rule.deputyId || null,
    holdSeconds: rule.managerId ? (rule.holdSeconds ?? 0) : 0,
    alert: rule.alert,
  }));
}

/** The rule and the field that a path of the server names, as in `rules.1.managerId`; the field is empty for a whole rule. */
export function place(path: string | null | undefined): { rule: number; field: string } | null {
  const found = /^rules\.(\d+)(?:\.(\w+))?/.exec(path ?? '');
  return found ? { rule: Number(found[1]), field: found[2] ?? '' } : null;
}

/** The first rule that cannot work, found before the server has to; `text` is a key of the words. */
export function wrong(rules: readonly Rule[]): { rule: number; field: string; text: 'name' | 'twin' | 'when' | 'then' } | null {
  for (const [n, rule] of rules.entries()) {
    const name = rule.name.trim().toLowerCase();
    if (name === '') return { rule: n, field: 'name', text: 'name' };
    if (rules.slice(0, n).some((other) => other.name.trim().toLowerCase() === name)) return { rule: n, field: 'name', text: 'twin' };
    if (rule.tiers.length === 0 && list(rule.tags).length === 0 && !rule.event && rule.sentimentBelow === null && rule.intents.length === 0) return { rule: n, field: 'when', text: 'when' };
    if (!rule.headStartMinutes && !rule.managerId && !rule.alert) return { rule: n, field: 'then', text: 'then' };
  }
  return null;
}
