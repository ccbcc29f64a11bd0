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
  if (!at.dispatchEvent(fresh)) return;
  if (at instanceof HTMLButtonElement) {
    if (key === 'Enter' || key === ' ') at.click();
  } else if (at instanceof HTMLInputElement && key === 'Enter') at.form?.requestSubmit();
  else if (at instanceof HTMLInputElement && (at.type === 'radio' || at.type === 'checkbox')) {
    if (key === ' ') at.click();
  } else if ((at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement) && [...key].length === 1) write(at, key);
}

/** At the cursor; a field that tells of none, as that of a number, takes it at its end. */
function write(field: HTMLInputElement | HTMLTextAreaElement, key: string): void {
  const { selectionStart: start, selectionEnd: end } = field;
  if (start === null) field.value += key;
  else field.setRangeText(key, start, end ?? start, 'end');
  field.dispatchEvent(new InputEvent('input', { data: key, inputType: 'insertText', bubbles: true }));
}
