import type { Draft } from './drafts';

export type Sent = NonNullable<Draft['files']>[number];
export interface Can {
  media: readonly string[];
  mediaMaxBytes: number;
}

/** Files of one message at most. */
export const MOST = 10;
/** The largest file that Meridian takes at all, bytes. */
export const LARGEST = 25 * 1024 * 1024;

/** How a channel counts a file, as the server does: drawings with scripts and scans are documents. */
export function mediaKind(contentType: string): 'image' | 'audio' | 'video' | 'document' {
  const family = contentType.split('/')[0];
  if (family === 'image') return /svg|tiff/.test(contentType) ? 'document' : 'image';
  return family === 'audio' || family === 'video' ? family : 'document';
}

export type Refusal = { why: 'none' } | { why: 'kind'; kind: string } | { why: 'size'; most: number } | { why: 'empty' } | { why: 'count' };

/** Why a channel takes no file at all; null when it takes some. Before its abilities are read nothing is held against it. */
export function takesNone(can: Can | undefined): boolean {
  return can !== undefined && (can.media.length === 0 || can.mediaMaxBytes === 0);
}

/** Why a file cannot go with this message; null when it can. */
export function refusal(file: { type: string; size: number }, already: number, can: Can | undefined): Refusal | null {
  if (already >= MOST) return { why: 'count' };
  if (file.size === 0) return { why: 'empty' };
  if (takesNone(can)) return { why: 'none' };
  const kind = mediaKind(file.type);
  if (can && !can.media.includes(kind)) return { why: 'kind', kind };
  const most = Math.min(LARGEST, can?.mediaMaxBytes ?? LARGEST);
  return file.size > most ? { why: 'size', most } : null;
}

/** A file's link under the name by which this page was reached; pages load pictures of their own origin alone. */
export function near(url: string | null | undefined): string | undefined {
  const path = url && URL.canParse(url) ? new URL(url).pathname : url;
  return path?.startsWith('/files/') ? path : (url ?? undefined);
}

/** 812 B, 34 kB, 2.1 MB; nothing for a size that is not known. */
export function sizeText(bytes: number): string {
  if (bytes <= 0) return '';
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1).replace(/\.0$/, '')} MB`;
}
