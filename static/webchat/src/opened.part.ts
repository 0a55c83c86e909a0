import { Attaching } from './attach';
import type { OpenPart } from './chat';
import { Field } from './field';

declare const Switchboard: { part(name: string, value: OpenPart): void };

Switchboard.part('opened', { Attaching, Field });
