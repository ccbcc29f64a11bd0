const KEPT = 'meridian.search';

/** What conversations are searched for: kept while this tab is open, and set from the command bar too. */
class Sought {
  #text = $state(sessionStorage.getItem(KEPT) ?? '');

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    sessionStorage.setItem(KEPT, text);
  }
}

export const sought = new Sought();
