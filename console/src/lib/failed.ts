/** Why the server did not do what it was asked for. */
export class Failed extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** The field of the input that is meant. */
    readonly field: string | null = null,
    /** By which the operator finds what happened. */
    readonly request: string | null = null,
    /** What was answered besides: the payload that says why not. */
    readonly answer: unknown = null,
  ) {
    super(message);
  }
}

/** Whether it may pass by itself: then the same is asked again. */
export function passes(error: unknown): boolean {
  return !(error instanceof Failed) || ['NETWORK', 'UNAVAILABLE', 'INTERNAL'].includes(error.code);
}
