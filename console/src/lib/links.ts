/** A text in pieces: words, and addresses of pages. */
export function pieces(text: string): { text: string; href?: string }[] {
  const found: { text: string; href?: string }[] = [];
  let from = 0;
  for (const match of text.matchAll(/\bhttps?:\/\/[^\s<>"'“”‘’（）()，。；、！？：]+/g)) {
    // What ends a sentence does not belong to the address.
    const href = match[0].replace(/[.,;:!?]+$/, '');
    if (!URL.canParse(href)) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: href, href });
    from = match.index + href.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}
