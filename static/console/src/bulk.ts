/** One act for all rows that are picked: ordinary commands, each with the one that takes it back. */
import { uuid } from '../../shared/uuid';
import type { Row } from '../../shared/wire';
import type { Unsent } from './desk.svelte';
import { t } from './language/now.svelte';
import type { Part } from './state/batch';
import type { Command } from './state/state';

/** What a row's command is, and what takes it back; undefined: there is nothing to do for it. */
type Act = (row: Row) => { command: Unsent; back?: Unsent } | undefined;

const command = (unsent: Unsent): Command => ({ ...unsent, cid: uuid() }) as Command;

export class Bulk {
  #begin: (parts: Part[], words: (count: number) => string) => void;

  constructor(begin: (parts: Part[], words: (count: number) => string) => void) {
    this.#begin = begin;
  }

  close(rows: readonly Row[]): void {
    this.#all(rows, (count) => t('manyClosed', { count }), ({ conversation }) => ({
      command: { type: 'close', conversation },
      back: { type: 'reopen', conversation, undo: true },
    }));
  }

  snooze(rows: readonly Row[], until: number): void {
    this.#all(rows, (count) => t('manySnoozed', { count }), ({ conversation, floor }) => ({
      command: { type: 'snooze', conversation, until },
      back: floor.back_at === null ? { type: 'reopen', conversation, undo: false } : { type: 'snooze', conversation, until: floor.back_at },
    }));
  }

  label(rows: readonly Row[], label: string, on: boolean): void {
    const wanted = label.toLowerCase();
    this.#all(rows, (count) => t(on ? 'manyLabelled' : 'manyUnlabelled', { count, label }), ({ conversation, floor }) =>
      floor.labels.includes(wanted) === on ? undefined : { command: { type: 'label', conversation, label, on }, back: { type: 'label', conversation, label, on: !on } },
    );
  }

  prioritise(rows: readonly Row[], priority: 'none' | 'low' | 'normal' | 'high' | 'urgent'): void {
    this.#all(rows, (count) => t('manyPrioritised', { count, priority: t(`priority_${priority}`) }), ({ conversation, floor }) =>
      floor.priority === priority
        ? undefined
        : { command: { type: 'prioritise', conversation, priority }, back: { type: 'prioritise', conversation, priority: floor.priority as typeof priority } },
    );
  }

  markRead(rows: readonly Row[]): void {
    this.#all(rows, (count) => t('manyRead', { count }), ({ conversation, unread }) =>
      unread === 0 ? undefined : { command: { type: 'mark_read', conversation }, ...(unread ? { back: { type: 'mark_unread' as const, conversation, from: null, count: unread } } : {}) },
    );
  }

  markUnread(rows: readonly Row[]): void {
    this.#all(rows, (count) => t('manyUnread', { count }), ({ conversation, unread }) =>
      unread ? undefined : { command: { type: 'mark_unread', conversation, from: null, count: null }, back: { type: 'mark_read', conversation } },
    );
  }

  #all(rows: readonly Row[], words: (count: number) => string, act: Act): void {
    const parts = rows.flatMap((row): Part[] => {
      const does = act(row);
      return does ? [{ name: row.name, command: command(does.command), back: does.back && command(does.back) }] : [];
    });
    this.#begin(parts, words);
  }
}
