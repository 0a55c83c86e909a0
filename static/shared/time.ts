/** Words for times. All moments are milliseconds since 1970 by the server's clock. */

const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A count-down or a stop-watch: `4:12`, `59:58`, `1:14:58`. */
export function clock(span: number): string {
  const total = Math.max(0, Math.floor(span / SECOND));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const seconds = String(total % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** What remains, for a small chip: `42 m`, `3 h`, `2 d`; the last minute reads `1 m`. */
export function remaining(span: number): string {
  if (span > 36 * HOUR) return `${Math.round(span / DAY)} d`;
  if (span > 100 * MINUTE) return `${Math.round(span / HOUR)} h`;
  return `${Math.max(1, Math.ceil(span / MINUTE))} m`;
}

/** How long ago, for a list: `now`, `4 m`, `3 h`, then the day. */
export function ago(at: number, now: number): string {
  const span = now - at;
  if (span < MINUTE) return 'now';
  if (span < HOUR) return `${Math.floor(span / MINUTE)} m`;
  if (span < DAY) return `${Math.floor(span / HOUR)} h`;
  return day(at, now);
}

/** The hour: `14:05`, or as the reader's language has it. */
export function hour(at: number): string {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** The hour, with the day when it is another one: `Tomorrow 09:00`. */
export function moment(at: number, now: number): string {
  return sameDay(at, now) ? hour(at) : `${day(at, now)} ${hour(at)}`;
}

/** The day: `Today`, `Yesterday`, `Tue 3 Nov`, with the year when it is another one. */
export function day(at: number, now: number): string {
  if (sameDay(at, now)) return 'Today';
  if (sameDay(at, now - DAY)) return 'Yesterday';
  if (sameDay(at, now + DAY)) return 'tomorrow';
  const year = new Date(at).getFullYear() === new Date(now).getFullYear() ? undefined : 'numeric';
  return new Date(at).toLocaleDateString([], { weekday: 'short', day: 'numeric', month: 'short', year });
}

/** Everything, for who hovers. */
export function exact(at: number): string {
  return new Date(at).toLocaleString([], { dateStyle: 'full', timeStyle: 'medium' });
}

function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}
