import { poll } from './poll';

declare const Switchboard: { part(name: string, value: unknown): void };

Switchboard.part('poll', poll);
