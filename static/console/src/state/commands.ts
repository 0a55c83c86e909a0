/** What the command bar offers for what is typed. Pure. */
import type { Row } from '../../../shared/wire';

export interface Command {
  words: string;
  /** The key that does the same at once. */
  key?: string;
  run: () => void;
}

const COMMANDS_MAX = 12;
const ROWS_MAX = 6;

/** 0 is best: the words begin so; 1: each part begins a word; 2: it occurs. Undefined: it does not fit. */
export function fit(words: string, typed: string): number | undefined {
  const [text, wanted] = [words.toLowerCase(), typed.trim().toLowerCase()];
  if (text.startsWith(wanted)) return 0;
  const starts = text.split(/[^\p{L}\p{N}+]+/u);
  if (wanted.split(/\s+/).every((part) => starts.some((word) => word.startsWith(part)))) return 1;
  return text.includes(wanted) ? 2 : undefined;
}

function best<One>(all: readonly One[], words: (one: One) => string, typed: string, max: number): One[] {
  return all
    .map((one) => ({ one, rank: fit(words(one), typed) }))
    .filter((ranked): ranked is { one: One; rank: number } => ranked.rank !== undefined)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, max)
    .map(({ one }) => one);
}

export const commandsFor = (commands: readonly Command[], typed: string): Command[] =>
  best(commands, ({ words }) => words, typed, COMMANDS_MAX);

/** Conversations of the lists by the contact's name, then by the last words. */
export function rowsFor(rows: readonly Row[], typed: string): Row[] {
  if (!typed.trim()) return [];
  const named = best(rows, ({ name }) => name, typed, ROWS_MAX);
  const said = best(rows, ({ last_text }) => last_text, typed, ROWS_MAX).filter((row) => !named.includes(row));
  return [...named, ...said].slice(0, ROWS_MAX);
}
