/** Attributes of people as they are written: `region = north, years = 5`; a step asks `region = north | south, years >= 5`. */
export interface Attribute {
  key: string;
  value: string;
}

export interface Need {
  key: string;
  anyOf: string[];
  atLeast?: number | null;
}

const pieces = (text: string): string[] => text.split(/[\n,;，；]+/).map((piece) => piece.trim()).filter(Boolean);

export function attributesText(all: readonly Attribute[]): string {
  return all.map(({ key, value }) => `${key} = ${value}`).join(', ');
}

/** What has no value is kept with an empty one: the server says what is wrong with it. */
export function attributesOf(text: string): Attribute[] {
  return pieces(text).map((piece) => {
    const [key = '', ...value] = piece.split('=');
    return { key: key.trim(), value: value.join('=').trim() };
  });
}

export function needsText(all: readonly Need[]): string {
  return all.map(({ key, anyOf, atLeast }) => (atLeast == null ? `${key} = ${anyOf.join(' | ')}` : `${key} >= ${atLeast}`)).join(', ');
}

/** A number that is none asks for nothing, which the server refuses at its place. */
export function needsOf(text: string): Need[] {
  return pieces(text).map((piece) => {
    const least = /^(.*?)(?:>=|≥)(.*)$/.exec(piece);
    if (least) {
      const number = (least[2] ?? '').trim();
      return { key: (least[1] ?? '').trim(), anyOf: [], atLeast: /^-?\d+$/.test(number) ? Number(number) : null };
    }
    const [key = '', ...value] = piece.split('=');
    return { key: key.trim(), anyOf: value.join('=').split('|').map((one) => one.trim()).filter(Boolean), atLeast: null };
  });
}
