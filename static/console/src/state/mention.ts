/** Whom an `@` that is being typed means. Pure. */
import { fit } from './commands';

const SHOWN_MAX = 6;
const TYPED_MAX = 40;

export interface Nameable {
  kind: 'agent' | 'team';
  id: string;
  name: string;
}

/** What stands between the last `@` and the caret, if a name may be being typed there; an e-mail address is none. */
export function typedName(text: string, caret: number): string | undefined {
  const typed = /(?:^|[^\p{L}\p{N}@])@([^@\n]*)$/u.exec(text.slice(0, caret))?.[1];
  return typed !== undefined && typed.length <= TYPED_MAX ? typed : undefined;
}

/** Those who fit what is typed; none once it is one of the names and a space. */
export function nameable(all: readonly Nameable[], typed: string): Nameable[] {
  if (all.some(({ name }) => typed.toLowerCase().startsWith(`${name.toLowerCase()} `))) return [];
  return all.filter(({ name }) => fit(name, typed) !== undefined).slice(0, SHOWN_MAX);
}

/** The text with the name in place of what was typed, and where the caret is then. */
export function named(text: string, caret: number, typed: string, name: string): { text: string; caret: number } {
  const before = `${text.slice(0, caret - typed.length)}${name} `;
  return { text: before + text.slice(caret).replace(/^ /, ''), caret: before.length };
}
