/** What outlives a reload: drafts and what the server has of them (per browser and agent: colleagues may share one), and
 * what was sent and not acknowledged (per tab). */
import type { Command, Draft, State } from './state/state';

const SETTINGS = 'switchboard:settings';
const UNDERWAY = 'switchboard:underway';
const drafts = (agent: string) => `switchboard:drafts:${agent}`;
const draftsKept = (agent: string) => `switchboard:drafts-kept:${agent}`;

interface Kept {
  agent: string;
  commands: Command[];
}

export function remember(agent: string, state: State): void {
  const words = [...state.drafts].map(([id, { text, note }]): [string, Draft] => [id, { text, note }]);
  write(localStorage, drafts(agent), words);
  const commands = state.underway
    .filter(({ command, done }) => done === undefined && (command.type === 'reply' || command.type === 'note'))
    .map(({ command }) => command);
  write(sessionStorage, UNDERWAY, { agent, commands } satisfies Kept);
}

export function recalledDrafts(agent: string): ReadonlyMap<string, Draft> {
  return new Map(read<[string, Draft][]>(localStorage, drafts(agent)) ?? []);
}

export function rememberKept(agent: string, kept: ReadonlyMap<string, Draft>): void {
  write(localStorage, draftsKept(agent), [...kept]);
}

/** What the server was last known to have of them. */
export function recalledKept(agent: string): ReadonlyMap<string, Draft> {
  return new Map(read<[string, Draft][]>(localStorage, draftsKept(agent)) ?? []);
}

/** Words are only ever sent in the name of who wrote them. */
export function recalledCommands(agent: string): Command[] {
  const kept = read<Kept>(sessionStorage, UNDERWAY);
  return kept?.agent === agent ? kept.commands : [];
}

/** On signing out, nothing of the agent stays behind. */
export function forget(agent: string): void {
  for (const [storage, key] of [[localStorage, drafts(agent)], [localStorage, draftsKept(agent)], [sessionStorage, UNDERWAY]] as const) {
    try {
      storage.removeItem(key);
    } catch {
      // Nothing could be stored either.
    }
  }
}

/** Where tabs of this browser tell each other that somebody signed out. */
export const SIGNED_OUT = 'switchboard:signed-out';

/** When, and not who. */
export function tellSignedOut(): void {
  write(localStorage, SIGNED_OUT, Date.now());
}

/** Settings are the browser's, whoever signs in. */
export function recallSettings(): unknown {
  return read<unknown>(localStorage, SETTINGS);
}

export function rememberSettings(settings: unknown): void {
  write(localStorage, SETTINGS, settings);
}

const EMOJI = 'switchboard:emoji';

/** What was taken last; what is no list of words is none. */
export function recalledEmoji(): string[] {
  const kept = read<unknown>(localStorage, EMOJI);
  return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === 'string').slice(0, 8) : [];
}

export function rememberEmoji(recent: readonly string[]): void {
  write(localStorage, EMOJI, recent);
}

export function recallSize(name: string, otherwise: number): number {
  return read<number>(localStorage, `switchboard:size:${name}`) ?? otherwise;
}

export function rememberSize(name: string, size: number): void {
  write(localStorage, `switchboard:size:${name}`, size);
}

function write(storage: Storage, key: string, value: unknown): void {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // A full or forbidden storage costs the comfort, not the conversation.
  }
}

function read<Value>(storage: Storage, key: string): Value | undefined {
  try {
    return JSON.parse(storage.getItem(key) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}
