/** The numbers of the console's protocol, in one place. `src/wire/console.rs` and `close.rs` have the sentences. */

export const SOCKET_PATH = '/console/socket';

/** Between two pings; two that go unanswered mean that nobody is there. */
export const PING_EVERY_MS = 15_000;
export const PINGS_MISSED_MAX = 2;

/** How long a drop may last before anyone is told: most heal sooner. */
export const QUIET_DROP_MS = 1_500;

/** Rows asked for in each group of the inbox; the server gives at most 200. */
export const WINDOW_ROWS = 200;

/** Older events fetched at a time. */
export const OLDER_EVENTS = 100;

/** Nobody is signed in on this socket (any more). */
export const CLOSED_SIGNED_OUT = 4401;
/** Our own code for a socket that we gave up: browsers allow 3000 to 4999. */
export const CLOSED_BY_US = 4000;
/** While an agent writes, others are told so often at most. */
export const TYPING_AGAIN_MS = 3_000;

/** What was shown is told so often at most, however fast a contact writes. */
export const SEEN_AGAIN_MS = 400;

/** Rows of a filtered list fetched at a time, and hits of a search. */
export const ROWS_FETCHED = 50;
export const HITS_FETCHED = 30;
/** What is in sight of a filtered list is read again so often: its order is nobody's to push. */
export const LIST_AGAIN_MS = 4_000;
/** A pause in typing, after which a search begins. */
export const SEARCH_AFTER_MS = 180;
/** Whoever reaches for a conversation that a colleague took so little ago reached for one that waited. */
export const JUST_TAKEN_MS = 3_000;
