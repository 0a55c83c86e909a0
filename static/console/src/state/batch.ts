/** Several commands for several conversations: what became of each. Pure. */
import type { Command } from './state';

export interface Part {
  command: Command;
  /** The contact's name. */
  name: string;
  /** What takes it back. */
  back: Command | undefined;
}

export interface Batch {
  parts: readonly Part[];
  /** By the ids of the commands; `true`: it took effect. Words say why it did not. */
  ended: ReadonlyMap<string, true | string>;
}

export const begun = (parts: readonly Part[]): Batch => ({ parts, ended: new Map() });

export const has = ({ parts }: Batch, cid: string): boolean => parts.some(({ command }) => command.cid === cid);

export const after = (batch: Batch, cid: string, outcome: true | string): Batch => ({ ...batch, ended: new Map(batch.ended).set(cid, outcome) });

export const isOver = ({ parts, ended }: Batch): boolean => parts.every(({ command }) => ended.has(command.cid));

/** How many took effect, what takes these back, and who else there was, by name and reason. */
export function told({ parts, ended }: Batch): { done: number; back: Command[]; failed: { name: string; why: string }[] } {
  const good = parts.filter(({ command }) => ended.get(command.cid) === true);
  const failed = parts.flatMap(({ command, name }) => {
    const why = ended.get(command.cid);
    return typeof why === 'string' ? [{ name, why }] : [];
  });
  return { done: good.length, back: good.flatMap(({ back }) => (back ? [back] : [])), failed };
}
