/** How urgent agents judge a conversation. */
export const PRIORITIES = ['none', 'low', 'normal', 'high', 'urgent'] as const;

export type Priority = (typeof PRIORITIES)[number];

/** The higher, the more urgent. */
export const rank = (priority: string): number => PRIORITIES.indexOf(priority as Priority);
