/** Notes that name the agent, as the server last had them. */
import type { MentionRow } from '../../shared/wire';
import { mentions, seeMentions } from './net/http';

/** What the server may have told us of while the wire was down is asked for now and then. */
const AGAIN_MS = 60_000;

export class Mentions {
  rows = $state.raw<readonly MentionRow[]>([]);
  unseen = $state(0);
  #loaded = false;
  #again: ReturnType<typeof setInterval>;

  /** `told`: of each that has come since somebody first looked. */
  constructor(readonly told: (row: MentionRow) => void) {
    this.#again = setInterval(() => void this.load(), AGAIN_MS);
  }

  stop(): void {
    clearInterval(this.#again);
  }

  /** Without an answer, what was known stays. */
  async load(): Promise<void> {
    const answer = await mentions().catch(() => undefined);
    if (!answer) return;
    const known = new Set(this.rows.map(key));
    const fresh = this.#loaded ? answer.mentions.filter((row) => !row.seen && !known.has(key(row))) : [];
    [this.rows, this.unseen, this.#loaded] = [answer.mentions, answer.unseen, true];
    fresh.forEach((row) => this.told(row));
  }

  /** The agent looks at a conversation. */
  async see(conversation: string): Promise<void> {
    const unseen = this.rows.filter((row) => row.conversation === conversation && !row.seen);
    if (unseen.length === 0) return;
    this.rows = this.rows.map((row) => (row.conversation === conversation ? { ...row, seen: true } : row));
    this.unseen = Math.max(0, this.unseen - unseen.length);
    await seeMentions(conversation, Math.max(...unseen.map(({ seq }) => seq))).catch(() => undefined);
  }
}

const key = ({ conversation, seq }: MentionRow): string => `${conversation} ${seq}`;
