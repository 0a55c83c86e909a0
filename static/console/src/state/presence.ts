/** Who else is at a conversation, and who writes. Signs come from the server and are forgotten by themselves. Pure. */
import type { EventView, Tell } from '../../../shared/wire';
import type { Language } from '../language/language';

export interface Sign {
  screen: string;
  who: 'agent' | 'contact' | 'bot';
  agent: string | null;
  name: string;
  /** Until then, by the local, monotonic clock. */
  views: number;
  types: number;
}

/** More screens than this at one conversation are a meeting; the newest are kept. */
const SIGNS_MAX = 50;

type Presence = Extract<Tell, { type: 'presence' }>;

/** `at`: now, by the local clock. */
export function afterSign(signs: readonly Sign[], tell: Presence, at: number): readonly Sign[] {
  const others = signs.filter(({ screen, views, types }) => screen !== tell.screen && Math.max(views, types) > at);
  if (tell.does === 'left') return others;
  const known = signs.find(({ screen }) => screen === tell.screen);
  const until = at + tell.lasts;
  const sign: Sign = {
    screen: tell.screen,
    who: tell.who === 'agent' || tell.who === 'bot' ? tell.who : 'contact',
    agent: tell.agent,
    name: tell.name ?? '',
    views: tell.does === 'views' ? until : (known?.views ?? 0),
    types: tell.does === 'types' ? until : (known?.types ?? 0),
  };
  return [...others, sign].slice(-SIGNS_MAX);
}

/** Who has just said something has written it. */
export function afterWords(signs: readonly Sign[], events: readonly EventView[]): readonly Sign[] {
  const said = (sign: Sign) =>
    events.some((event) => {
      if (event.kind === 'agent_said') return sign.agent === event.agent.id;
      return sign.who === (event.kind === 'contact_said' ? 'contact' : event.kind === 'bot_said' ? 'bot' : undefined);
    });
  return signs.map((sign) => (sign.types > 0 && said(sign) ? { ...sign, types: 0 } : sign));
}

/** In words, for the agent `me`, who is not told of other screens of their own; empty when nobody else is there. */
export function presenceWords(signs: readonly Sign[], me: string | undefined, contact: string, at: number, language: Language): string {
  const others = signs.filter(({ agent }) => agent === null || agent !== me);
  const nameOf = ({ who, name }: Sign) => (who === 'agent' ? name : who === 'bot' ? language.t('theBot') : contact || language.t('theContact'));
  const writing = [...new Set(others.filter(({ types }) => types > at).map(nameOf))];
  const viewing = [...new Set(others.filter(({ who, views }) => who === 'agent' && views > at).map(nameOf))];
  const silent = viewing.filter((name) => !writing.includes(name));
  const parts = [
    writing.length > 0 && language.t('isWriting', { names: listed(writing, language), count: writing.length }),
    silent.length > 0 && language.t('isHereToo', { names: listed(silent, language), count: silent.length }),
  ];
  return parts.filter(Boolean).join(' · ');
}

function listed(names: readonly string[], { t, list }: Language): string {
  return list(names.length > 3 ? [...names.slice(0, 2), t('andOthers', { count: names.length - 2 })] : names);
}
