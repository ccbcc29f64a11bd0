import type { ModelBitsFragment } from '../gql/intents/graphql';

export type Model = ModelBitsFragment;
/** What is none of the tenant's intents. */
export const NONE = 'oos';
/** Examples added at once. */
export const AT_ONCE = 1000;

/** A text with its intent, and the line it was read from, counted from 1. */
export interface Line {
  intent: string;
  text: string;
  line: number;
}

/** A name as the server takes it. */
export const isName = (text: string): boolean => /^[a-z0-9._-]{1,64}$/.test(text);

/** A name from what was typed: `Cancel order` is cancel_order. */
export const nameOf = (typed: string): string => typed.trim().toLowerCase().replace(/\s+/g, '_');

/** Cells of a line: by tabs where there are some, else as in a CSV file. */
function cells(line: string): string[] {
  if (line.includes('\t')) return line.split('\t').map((cell) => cell.trim());
  const found = [...line.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,]*?))\s*(?:,|$)/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
  return line.endsWith(',') ? found : found.slice(0, -1);
}

const names = ['intent', 'label', 'class', 'category', '意图', '标签'];
const texts = ['text', 'utterance', 'message', 'sentence', '文本', '消息', '文字'];

/**
 * What was pasted: a line each, JSON with `text` and `intent` (or `label`), or two columns in any order, with or without
 * a heading. `wrong` are the lines, counted from 1, that are none of that.
 */
export function parse(pasted: string): { lines: Line[]; wrong: number[] } {
  const [lines, wrong]: [Line[], number[]] = [[], []];
  let first: 'intent' | 'text' | null = null;
  for (const [n, raw] of pasted.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const read = line.startsWith('{') ? ofJson(line) : ofCells(line);
    if (read === null) wrong.push(n + 1);
    else if (read !== 'heading') lines.push({ ...read, line: n + 1 });
  }
  return { lines, wrong };

  function ofCells(line: string): { intent: string; text: string } | 'heading' | null {
    const all = cells(line);
    const [a, b] = [all[0] ?? '', line.includes('\t') ? (all[1] ?? '') : all.slice(1).join(', ')];
    if (first === null && lines.length === 0) {
      if (names.includes(a.toLowerCase()) && texts.includes(b.toLowerCase())) return (first = 'intent'), 'heading';
      if (texts.includes(a.toLowerCase()) && names.includes(b.toLowerCase())) return (first = 'text'), 'heading';
    }
    if (b === '') return null;
    if (first !== 'text' && isName(a)) return { intent: a, text: b };
    const last = all.at(-1) ?? '';
    return isName(last) && first !== 'intent' ? { intent: last, text: all.slice(0, -1).join(', ') } : null;
  }
}

function ofJson(line: string): { intent: string; text: string } | null {
  try {
    const { intent, label, text } = JSON.parse(line) as Record<string, unknown>;
    const name = typeof intent === 'string' ? intent : label;
    return typeof name === 'string' && typeof text === 'string' && isName(name) && text.trim() !== '' ? { intent: name, text: text.trim() } : null;
  } catch {
    return null;
  }
}

/** Without those that say the same as one before, whatever the letters are. */
export function once(lines: readonly Line[]): Line[] {
  const seen = new Set<string>();
  return lines.filter(({ text }) => {
    const key = text.trim().toLowerCase().replace(/\s+/g, ' ');
    return !seen.has(key) && seen.add(key);
  });
}

/** The example that a path of the server names, as in `examples.2.text`. */
export function placeOf(path: string | null | undefined): number | null {
  const found = /^examples\.(\d+)\./.exec(path ?? '');
  return found ? Number(found[1]) : null;
}

/** A share as whole percent. */
export const percent = (share: number): number => Math.round(share * 100);

/** What is good to know of a version intent by intent: those that are found least often first. */
export function weakest(model: Model): NonNullable<Model['evaluation']>['intents'] {
  const share = (one: { heldOut: number; right: number }): number => (one.heldOut > 0 ? one.right / one.heldOut : 2);
  return (model.evaluation?.intents ?? []).toSorted((a, b) => share(a) - share(b) || b.wronglySaid - a.wronglySaid || a.intent.localeCompare(b.intent));
}
