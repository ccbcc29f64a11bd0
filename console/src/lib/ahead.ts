import { lazy } from './lazy';

/** Nobody's keys are kept longer than this, milliseconds: then they mean what they mean where the focus is. */
const PATIENCE = 2000;

/** Keys that were pressed while what they are meant for was still on its way. */
let kept: KeyboardEvent[] | null = null;

if (typeof window !== 'undefined') {
  window.addEventListener(
    'keydown',
    (event) => {
      if (!kept || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      kept.push(event);
    },
    true,
  );
}

/** A part of the page that a key asked for: what is typed until it stands is typed into it, and nowhere else. */
export async function ahead<C>(load: () => Promise<{ default: C }>): Promise<C | null> {
  kept ??= [];
  const late = setTimeout(release, PATIENCE);
  const part = await lazy(load);
  clearTimeout(late);
  // After who asked has shown it.
  setTimeout(release, 0);
  return part;
}

function release(): void {
  const keys = kept ?? [];
  kept = null;
  for (const key of keys) repeat(key);
}

function repeat({ key, code, shiftKey }: KeyboardEvent): void {
  const at = document.activeElement ?? document.body;
  const fresh = new KeyboardEvent('keydown', { key, code, shiftKey, bubbles: true, cancelable: true });
  const writable = at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement;
  if (!at.dispatchEvent(fresh)) return;
  if (key === 'Enter' && at instanceof HTMLInputElement) at.form?.requestSubmit();
  if (key === 'Enter' && at instanceof HTMLButtonElement) at.click();
  if (!writable || [...key].length !== 1) return;
  at.setRangeText(key, at.selectionStart ?? at.value.length, at.selectionEnd ?? at.value.length, 'end');
  at.dispatchEvent(new InputEvent('input', { data: key, inputType: 'insertText', bubbles: true }));
}
