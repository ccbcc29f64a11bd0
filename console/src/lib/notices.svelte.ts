import { keep, kept } from './prefs.svelte';

/** Whether the browser lets us: `none` where it cannot at all, as on a page without a secure connection. */
type Consent = NotificationPermission | 'none';

function consent(): Consent {
  return typeof Notification === 'undefined' || !globalThis.isSecureContext ? 'none' : Notification.permission;
}

/**
 * Tells of new work outside of the page, while somebody looks at something else. Nobody is asked by surprise: consent is
 * asked for when the person switches it on, and the choice is kept for this browser.
 */
export class Notices {
  wanted = $state(kept('notices') === 'on');
  consent = $state<Consent>(consent());
  /** The person was asked in the list and answered, one way or the other. */
  settled = $state(kept('notices') !== null);
  private readonly shown = new Map<string, Notification>();

  /** They come when something happens. */
  get on(): boolean {
    return this.wanted && this.consent === 'granted';
  }

  /** Switched on, the browser asks for consent where it has not yet. Tells whether they come from now on. */
  async set(on: boolean): Promise<boolean> {
    if (on && this.consent === 'default') await Notification.requestPermission().catch(() => undefined);
    this.consent = consent();
    this.wanted = on && this.consent === 'granted';
    this.settled = true;
    keep('notices', this.wanted ? 'on' : 'off');
    return this.on;
  }

  /** Shows one while nobody looks at the page; a click brings the page to the front, where `go` leads. Tells whether it is shown. */
  show(id: string, title: string, body: string, go?: () => void): boolean {
    if (!this.on || (!document.hidden && document.hasFocus())) return false;
    try {
      // The page chimes by itself, where that is wanted.
      const note = new Notification(title, { body, tag: id, silent: true });
      note.onclick = () => {
        window.focus();
        note.close();
        go?.();
      };
      this.shown.set(id, note);
      return true;
    } catch {
      // Some phones take none from a page: the title tells.
      return false;
    }
  }

  /** Takes back those that are no longer so. */
  drop(over: (id: string) => boolean): void {
    for (const [id, note] of this.shown) {
      if (!over(id)) continue;
      note.close();
      this.shown.delete(id);
    }
  }
}

export const notices = new Notices();
