/** The script a page of the console begins with; its name changes with every build. */
export function entryOf(html: string): string | null {
  return /<script[^>]*\bsrc="([^"]*\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? null;
}
