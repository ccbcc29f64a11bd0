import { t } from './i18n/admin';
import { isZone } from './zones';

/** The server's rules for values, said before it has to. */
export const check = {
  name(text: string): string | null {
    const length = [...text.trim()].length;
    return length === 0 ? t('check.name.empty') : length > 100 ? t('check.name.long') : null;
  },
  range(value: number | null | undefined, from: number, to: number): string | null {
    return Number.isInteger(value) && value! >= from && value! <= to ? null : t('check.range', { from, to });
  },
  email(text: string): string | null {
    return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim()) && text.trim().length <= 254 ? null : t('check.email');
  },
  /** Nothing is right where a password may stay as it is. */
  password(text: string, needed: boolean): string | null {
    if (text === '' && !needed) return null;
    return [...text].length >= 12 ? null : t('check.password');
  },
  url(text: string): string | null {
    try {
      return ['https:', 'http:'].includes(new URL(text.trim()).protocol) ? null : t('check.url');
    } catch {
      return t('check.url');
    }
  },
  zone(text: string): string | null {
    return isZone(text) ? null : t('check.zone');
  },
  languages(text: string): string | null {
    const tags = languageTags(text);
    return tags !== null && tags.length <= 30 ? null : t('check.languages');
  },
};

/** "en, zh-hant" as BCP 47 tags in their usual letters; null when one is none. */
export function languageTags(text: string): string[] | null {
  try {
    return Intl.getCanonicalLocales(text.split(/[\s,;，、；]+/).filter(Boolean));
  } catch {
    return null;
  }
}

/** A password that can be read out: sixteen letters and digits in groups, none that look alike. */
export function newPassword(random: (size: number) => Uint8Array = (size) => crypto.getRandomValues(new Uint8Array(size))): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  let text = '';
  while (text.length < 16) {
    for (const byte of random(32)) if (byte < letters.length * 8 && text.length < 16) text += letters[byte % letters.length];
  }
  return text.replace(/(.{4})(?=.)/g, '$1-');
}
