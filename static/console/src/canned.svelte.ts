/** The canned replies, as the server last had them. */
import type { CannedRow } from '../../shared/wire';
import { cannedReplies, deleteCanned, saveCanned } from './net/http';

export class Canned {
  replies = $state.raw<readonly CannedRow[]>([]);
  loaded = $state(false);

  /** What others changed meanwhile is worth asking for whenever somebody looks. Without an answer, what was known stays. */
  async load(): Promise<void> {
    try {
      ({ replies: this.replies } = await cannedReplies());
      this.loaded = true;
    } catch {
      // Asked again with the next look.
    }
  }

  async save(name: string, text: string): Promise<void> {
    await saveCanned(name, text);
    await this.load();
  }

  async remove(name: string): Promise<void> {
    await deleteCanned(name);
    await this.load();
  }
}
