/** Words that a channel has approved beforehand, with places for values. Pure. */

/** Channels that take such words at any time, and nothing else once the contact has been silent for too long. */
export const takesTemplates = (channel: string): boolean => channel === 'whatsapp';

/** What the contact will read. Places that have no value yet stay as they are. */
export const filledTemplate = (text: string, values: readonly string[]): string =>
  text.replace(/\{\{(\d+)\}\}/g, (place, number: string) => values[Number(number) - 1]?.trim() || place);

/** As the server counts. */
export const VALUE_CHARS_MAX = 200;

export const isFilled = (takes: number, values: readonly string[]): boolean =>
  Array.from({ length: takes }, (_, place) => values[place]?.trim() ?? '').every((value) => value !== '');
