import type { Attachment } from 'svelte/attachments';

/**
 * Opens a dialog over everything else: what lies behind cannot be reached until it is gone. The focus goes to what is
 * asked for first (`data-first`), else to the first control, and back to where it was.
 */
export const modal: Attachment<HTMLDialogElement> = (box) => {
  const before = document.activeElement;
  // Outside of forms, and of whoever listens to the keys and clicks of what it was opened from.
  document.body.append(box);
  box.showModal();
  box.querySelector<HTMLElement>('[data-first]')?.focus();
  return () => {
    // What held it takes away only what it still holds.
    box.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  };
};

/** Whether the pointer is beside a dialog, on what lies behind it. */
export function beside(event: PointerEvent): boolean {
  const box = event.currentTarget as HTMLDialogElement;
  if (event.target !== box) return false;
  const { left, right, top, bottom } = box.getBoundingClientRect();
  return event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
}

/** Whether an input event is of words that would be lost: what only searches a list is quickly typed again. */
export function writes(event: Event): boolean {
  const at = event.target as HTMLElement;
  return at.getAttribute('role') !== 'combobox' && /^(TEXTAREA|INPUT)$/.test(at.tagName) && !/^(radio|checkbox|search)$/.test((at as HTMLInputElement).type ?? '');
}
