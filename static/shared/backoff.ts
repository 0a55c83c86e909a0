/** How long to wait before the next try to connect: full jitter between nothing and a limit that doubles from half
 *  a second to thirty, so that a restarted server is not stormed by all its screens at once. */
export function waitBefore(attempt: number, random: () => number = Math.random): number {
  const limit = Math.min(30_000, 500 * 2 ** Math.min(attempt, 16));
  return Math.round(random() * limit);
}
