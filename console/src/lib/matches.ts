/** Whether each word of `asked` begins a word of `text`, or, where a script has no spaces, stands in it. */
export function matches(asked: string, text: string): boolean {
  const words = text.toLowerCase().split(/[\s:,.·]+/);
  const wanted = asked.toLowerCase().split(/\s+/).filter(Boolean);
  return wanted.every((want) => words.some((word) => word.startsWith(want) || (/[^\u0000-\u024f]/.test(want) && word.includes(want))));
}
