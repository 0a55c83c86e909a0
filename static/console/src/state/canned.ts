/** Canned replies: which ones are meant by what is typed after a slash, and their words for one contact. Pure. */
import type { CannedRow } from '../../../shared/wire';

const SHOWN_MAX = 8;
/** `{{name}}` or `{{name|there}}`, as bots write it. */
const PLACEHOLDER = /\{\{\s*([^{}|]+?)\s*(?:\|([^{}]*))?\}\}/g;

/** What is looked for, if the text is a slash and a name being typed. */
export function lookedFor(text: string): string | undefined {
  return /^\/[^\s/]*$/u.test(text) ? text.slice(1).toLowerCase() : undefined;
}

/** Names that begin so, then names that contain it, then words that do. */
export function found(replies: readonly CannedRow[], wanted: string): CannedRow[] {
  const rank = ({ name, text }: CannedRow): number =>
    name.startsWith(wanted) ? 0 : name.includes(wanted) ? 1 : text.toLowerCase().includes(wanted) ? 2 : 3;
  return replies
    .map((reply) => ({ reply, rank: rank(reply) }))
    .filter(({ rank }) => rank < 3)
    .sort((one, other) => one.rank - other.rank)
    .slice(0, SHOWN_MAX)
    .map(({ reply }) => reply);
}

/** The words for a contact of whom this is known; what is not known has the words after the bar, or none. */
export function filled(text: string, attributes: ReadonlyMap<string, string>): string {
  return text.replace(PLACEHOLDER, (_, name: string, otherwise = '') => attributes.get(name) || otherwise.trim());
}

/** The name as the server will write it. */
export const cannedName = (typed: string): string => typed.trim().split(/\s+/).join('-').toLowerCase();
