export interface Wording {
  headerText: string;
  body: string;
  footer: string;
  parameters: readonly string[];
}

/** What the customer reads; a place without a value shows its name, as in the template. The line above is filled in first. */
export function preview(template: Wording, values: readonly string[]): string {
  const above = new Set([...template.headerText.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1]));
  const count = above.size;
  const fill = (text: string, names: readonly string[], given: readonly string[]): string =>
    text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => given[names.indexOf(name)]?.trim() || whole);
  const head = fill(template.headerText, template.parameters.slice(0, count), values.slice(0, count));
  const body = fill(template.body, template.parameters.slice(count), values.slice(count));
  return [head, body, template.footer].filter(Boolean).join('\n');
}
