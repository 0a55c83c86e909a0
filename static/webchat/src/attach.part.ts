import { Attaching } from './attach';

declare const Switchboard: { part(name: string, value: unknown): void };

Switchboard.part('attach', Attaching);
