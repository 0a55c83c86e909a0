/** How long files are of which no channel said it: whoever keeps them is asked once, when somebody sees that they are there. */

/** More than that are forgotten, and asked for again. */
const KNOWN_MAX = 500;

const known = new Map<string, Promise<number | undefined>>();

/** In bytes; undefined if that is not said there either. */
export function lengthOf(address: string): Promise<number | undefined> {
  const before = known.get(address);
  if (before) return before;
  if (known.size >= KNOWN_MAX) known.clear();
  const now = ask(address);
  known.set(address, now);
  return now;
}

async function ask(address: string): Promise<number | undefined> {
  const answer = await fetch(address, { method: 'HEAD', credentials: 'same-origin' }).catch(() => undefined);
  const length = Number(answer?.headers.get('content-length') ?? 0);
  return answer?.ok && length > 0 ? length : undefined;
}
