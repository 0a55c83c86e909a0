/** The server's clock, seen from here. The reader's own clock may be wrong, so it is only used to count on. */
export interface Clock {
  /** Server time minus local monotonic time, in milliseconds. */
  offset: number;
}

export const UNSET: Clock = { offset: Date.now() - performance.now() };

/** A reading: `now` was written by the server between `askedAt` and `heardAt` (local, monotonic). */
export function reading(now: number, heardAt: number, askedAt: number = heardAt): Clock {
  return { offset: now - (askedAt + heardAt) / 2 };
}

export function serverNow(clock: Clock, local: number = performance.now()): number {
  return clock.offset + local;
}
