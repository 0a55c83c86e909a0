/** Spans of time, in milliseconds. All moments are milliseconds since 1970 by the server's clock. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
