// What the server and its screens say to each other. Written from src/wire/*.rs; do not edit:
//   UPDATE_WIRE=1 cargo test --lib wire::typescript

/**
 * Where a reader of a conversation stands. The generation is the store's: it changes when a backup is restored.
 */
export type Position = { generation: string, seq: number, };

/**
 * One event as a console shows it.
 */
export type EventView = { seq: number, at: number, } & ({ "kind": "contact_said", text: string, 
/**
 * The contact tapped this choice rather than typing.
 */
tapped: boolean, attachments: Array<AttachmentView>, 
/**
 * When the provider says it was written, if it says so.
 */
provider_at: number | null, } | { "kind": "contact_edited", of: number | null, text: string, } | { "kind": "contact_deleted", of: number | null, } | { "kind": "contact_reacted", of: number | null, with: string | null, } | { "kind": "bot_said", text: string, options: Array<OptionView>, attachments: Array<AttachmentView>, 
/**
 * Why the bot said it, in words: `keyword “hours”`.
 */
why: string, 
/**
 * The id of the trigger behind it.
 */
trigger: string | null, 
/**
 * Where in the bot's document it stands: `quote.widgets[2]`.
 */
widget: string | null, 
/**
 * The bot and the number of its version: `harbor@3`.
 */
version: string | null, } | { "kind": "bot_moved", trigger: string | null, widget: string | null, version: string | null, } | { "kind": "call_opened", 
/**
 * Such as `GET https://crm.example/orders/7`, or the outside bot.
 */
whom: string, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "call_repeated", of: number, attempt: number, } | { "kind": "call_ended", of: number, state: string, error: string | null, } | { "kind": "agent_said", agent: Who, text: string, attachments: Array<AttachmentView>, template: string | null, } | { "kind": "outside_said", text: string, } | { "kind": "note", agent: Who, text: string, } | { "kind": "taken_over", by: Who, until: number | null, 
/**
 * A colleague gave it to them.
 */
given_by: Who | null, } | { "kind": "pause_moved", by: Who, until: number | null, why: string, } | { "kind": "given_back", by: Who | null, why: string, } | { "kind": "pause_ending", until: number, } | { "kind": "hand_off", reason: string, words: string, 
/**
 * Nobody was there, and the contact was told so.
 */
closed: boolean, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "came_by", link: string, } | { "kind": "page_viewed", url: string, title: string, } | { "kind": "attribute_set", name: string, value: string, by: Who | null, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "labelled", label: string, on: boolean, by: Who | null, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "form_completed", form: string, answers: Array<AnswerView>, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "scored", points: number, hot: boolean, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "trigger_pulled", trigger: string, at: number | null, } | { "kind": "delivery", of: Array<number>, state: string, error: string | null, 
/**
 * It is sent once more then, unless its arrival is seen before.
 */
again_at: number | null, } | { "kind": "suppressed", what: string, } | { "kind": "alert", text: string, } | { "kind": "email_alert", to: Array<string>, cc: Array<string>, reply_to: string | null, subject: string, body: string, 
/**
 * In words: `the form “order” is complete`.
 */
why: string, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "mentioned", of: number, agents: Array<Who>, } | { "kind": "assigned", to: Who | null, team: Who | null, by: Who, } | { "kind": "alert_state", of: number, state: string, words: string, again_at: number | null, } | { "kind": "closed", by: Who, floor: Who | null, } | { "kind": "snoozed", by: Who, until: number, } | { "kind": "reopened", by: Who | null, why: string, } | { "kind": "prioritised", by: Who, priority: string, } | { "kind": "blocked", by: Who, on: boolean, } | { "kind": "opted_out", reason: string, } | { "kind": "opted_in" });

/**
 * What is known of the contact at `seq`, whatever part of the conversation is read. Of notes and pages the newest, those
 * first.
 */
export type AboutView = { seq: number, attributes: Array<AnswerView>, notes: Array<EventView>, pages: Array<EventView>, };

export type What = { "kind": "contact_said", text: string, 
/**
 * The contact tapped this choice rather than typing.
 */
tapped: boolean, attachments: Array<AttachmentView>, 
/**
 * When the provider says it was written, if it says so.
 */
provider_at: number | null, } | { "kind": "contact_edited", of: number | null, text: string, } | { "kind": "contact_deleted", of: number | null, } | { "kind": "contact_reacted", of: number | null, with: string | null, } | { "kind": "bot_said", text: string, options: Array<OptionView>, attachments: Array<AttachmentView>, 
/**
 * Why the bot said it, in words: `keyword “hours”`.
 */
why: string, 
/**
 * The id of the trigger behind it.
 */
trigger: string | null, 
/**
 * Where in the bot's document it stands: `quote.widgets[2]`.
 */
widget: string | null, 
/**
 * The bot and the number of its version: `harbor@3`.
 */
version: string | null, } | { "kind": "bot_moved", trigger: string | null, widget: string | null, version: string | null, } | { "kind": "call_opened", 
/**
 * Such as `GET https://crm.example/orders/7`, or the outside bot.
 */
whom: string, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "call_repeated", of: number, attempt: number, } | { "kind": "call_ended", of: number, state: string, error: string | null, } | { "kind": "agent_said", agent: Who, text: string, attachments: Array<AttachmentView>, template: string | null, } | { "kind": "outside_said", text: string, } | { "kind": "note", agent: Who, text: string, } | { "kind": "taken_over", by: Who, until: number | null, 
/**
 * A colleague gave it to them.
 */
given_by: Who | null, } | { "kind": "pause_moved", by: Who, until: number | null, why: string, } | { "kind": "given_back", by: Who | null, why: string, } | { "kind": "pause_ending", until: number, } | { "kind": "hand_off", reason: string, words: string, 
/**
 * Nobody was there, and the contact was told so.
 */
closed: boolean, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "came_by", link: string, } | { "kind": "page_viewed", url: string, title: string, } | { "kind": "attribute_set", name: string, value: string, by: Who | null, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "labelled", label: string, on: boolean, by: Who | null, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "form_completed", form: string, answers: Array<AnswerView>, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "scored", points: number, hot: boolean, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "trigger_pulled", trigger: string, at: number | null, } | { "kind": "delivery", of: Array<number>, state: string, error: string | null, 
/**
 * It is sent once more then, unless its arrival is seen before.
 */
again_at: number | null, } | { "kind": "suppressed", what: string, } | { "kind": "alert", text: string, } | { "kind": "email_alert", to: Array<string>, cc: Array<string>, reply_to: string | null, subject: string, body: string, 
/**
 * In words: `the form “order” is complete`.
 */
why: string, trigger: string | null, widget: string | null, version: string | null, } | { "kind": "mentioned", of: number, agents: Array<Who>, } | { "kind": "assigned", to: Who | null, team: Who | null, by: Who, } | { "kind": "alert_state", of: number, state: string, words: string, again_at: number | null, } | { "kind": "closed", by: Who, floor: Who | null, } | { "kind": "snoozed", by: Who, until: number, } | { "kind": "reopened", by: Who | null, why: string, } | { "kind": "prioritised", by: Who, priority: string, } | { "kind": "blocked", by: Who, on: boolean, } | { "kind": "opted_out", reason: string, } | { "kind": "opted_in" };

export type AttachmentView = { 
/**
 * `image`, `audio`, `video`, `file` or `other`.
 */
kind: string, url: string, name: string, 
/**
 * How long it is, if the channel said so.
 */
bytes?: number, };

export type OptionView = { id: string, label: string, };

export type AnswerView = { 
/**
 * The attribute.
 */
name: string, value: string, };

/**
 * A person who acts: an agent (with id), somebody outside the console, or the system.
 */
export type Who = { 
/**
 * The agent's id; none for `outside` and `system`.
 */
id: string | null, name: string, };

/**
 * What the bot does when it gets the floor, or is doing.
 */
export type NextView = { 
/**
 * `answers_last`, `stays_silent`, `waits`, `asks`, `asks_again`, `goes_on`, `goes_on_unanswered`, `goes_on_soon`,
 * `has_offered_person`, `awaits_system`, `is_asked_outside`, `awaits_message`, or `in_words`.
 */
does: string, 
/**
 * The question that is asked, the name of the dialogue that goes on, or the words; empty where there is none.
 */
of: string, };

/**
 * Who has the floor, and what is known about the conversation beside its events.
 */
export type Floor = { 
/**
 * `bot`, `waiting` or `human`.
 */
mode: string, turn: number, 
/**
 * Since when this mode holds.
 */
since: number, 
/**
 * When the bot comes back, in `human` mode; none: when somebody gives back.
 */
until: number | null, 
/**
 * Who has the floor, in `human` mode.
 */
by: Who | null, 
/**
 * The agent whose it is: who has the floor, or else whom it is assigned to.
 */
assignee: Who | null, 
/**
 * The team it is assigned to.
 */
team: Who | null, 
/**
 * It is assigned to somebody, whoever has the floor.
 */
assigned: boolean, 
/**
 * Why a human is wanted, in `waiting` mode (and kept in `human`): `urgent`, `asked`, …
 */
reason: string | null, 
/**
 * The contact's own words behind the reason.
 */
words: string | null, 
/**
 * What the bot does when it gets the floor back, or is doing.
 */
next: NextView, 
/**
 * The contact wrote and nobody has answered.
 */
unanswered: boolean, 
/**
 * The bot can answer it when it gets the floor: no person was called about it.
 */
answerable: boolean, 
/**
 * The contact is a hot lead in this session.
 */
hot: boolean, 
/**
 * How often others were alerted because nobody came, in `waiting` mode.
 */
alerts: number, 
/**
 * What the contact is labelled, in the order of the alphabet.
 */
labels: Array<string>, 
/**
 * When the contact's channel stops taking what bots say, and (`people_until`) what people say, unless the contact
 * writes again; none: never.
 */
open_until: number | null, people_until: number | null, 
/**
 * `open`, `snoozed` or `closed`.
 */
status: string, 
/**
 * Until when it is snoozed.
 */
back_at: number | null, 
/**
 * `none`, `low`, `normal`, `high` or `urgent`.
 */
priority: string, 
/**
 * The contact is not listened to.
 */
blocked: boolean, 
/**
 * The contact wants no messages: nothing can be sent until they do again.
 */
opted_out: boolean, name: string, channel: string, account: string, bot: string, 
/**
 * The last `seq` this is true for.
 */
seq: number, };

/**
 * One ask of a console. `ref` ties the answer to it.
 */
export type Asked = { ref: number, } & ({ "type": "inbox", window: number, reason: string | null, } | { "type": "watch", conversation: string, after: Position | null, } | { "type": "unwatch", conversation: string, } | { "type": "reply", conversation: string, cid: string, text: string, 
/**
 * The key of a file that was uploaded (`POST /api/v1/uploads`); with one, the text may be empty.
 */
attachment: string | null, seen: number, anyway: boolean, } | { "type": "template", conversation: string, cid: string, template: string, language: string, values: Array<string>, seen: number, anyway: boolean, } | { "type": "take_over", conversation: string, cid: string, } | { "type": "give_back", conversation: string, cid: string, answer: boolean | null, } | { "type": "hand_over", conversation: string, cid: string, to: string, note: string, } | { "type": "extend", conversation: string, cid: string, by: Extension, } | { "type": "note", conversation: string, cid: string, text: string, } | { "type": "label", conversation: string, cid: string, label: string, on: boolean, } | { "type": "resend", conversation: string, cid: string, of: number, } | { "type": "leave", conversation: string, cid: string, of: number, } | { "type": "assign", conversation: string, cid: string, agent: string | null, team: string | null, } | { "type": "hand_over_to_team", conversation: string, cid: string, team: string, note: string, } | { "type": "claim", conversation: string, cid: string, } | { "type": "close", conversation: string, cid: string, } | { "type": "snooze", conversation: string, cid: string, until: number, } | { "type": "reopen", conversation: string, cid: string, undo: boolean, } | { "type": "prioritise", conversation: string, cid: string, priority: PriorityIs, } | { "type": "block", conversation: string, cid: string, on: boolean, } | { "type": "set_attribute", conversation: string, cid: string, name: string, value: string, } | { "type": "seen", conversation: string, seq: number, } | { "type": "mark_read", conversation: string, cid: string, } | { "type": "mark_unread", conversation: string, cid: string, from: number | null, count: number | null, } | { "type": "typing", conversation: string, } | { "type": "ping" });

/**
 * What a console may ask. Commands carry `cid`, a UUID chosen by the console: asking again under the same
 * `cid` has no second effect and gets the first answer.
 */
export type Ask = { "type": "inbox", window: number, reason: string | null, } | { "type": "watch", conversation: string, after: Position | null, } | { "type": "unwatch", conversation: string, } | { "type": "reply", conversation: string, cid: string, text: string, 
/**
 * The key of a file that was uploaded (`POST /api/v1/uploads`); with one, the text may be empty.
 */
attachment: string | null, seen: number, anyway: boolean, } | { "type": "template", conversation: string, cid: string, template: string, language: string, values: Array<string>, seen: number, anyway: boolean, } | { "type": "take_over", conversation: string, cid: string, } | { "type": "give_back", conversation: string, cid: string, answer: boolean | null, } | { "type": "hand_over", conversation: string, cid: string, to: string, note: string, } | { "type": "extend", conversation: string, cid: string, by: Extension, } | { "type": "note", conversation: string, cid: string, text: string, } | { "type": "label", conversation: string, cid: string, label: string, on: boolean, } | { "type": "resend", conversation: string, cid: string, of: number, } | { "type": "leave", conversation: string, cid: string, of: number, } | { "type": "assign", conversation: string, cid: string, agent: string | null, team: string | null, } | { "type": "hand_over_to_team", conversation: string, cid: string, team: string, note: string, } | { "type": "claim", conversation: string, cid: string, } | { "type": "close", conversation: string, cid: string, } | { "type": "snooze", conversation: string, cid: string, until: number, } | { "type": "reopen", conversation: string, cid: string, undo: boolean, } | { "type": "prioritise", conversation: string, cid: string, priority: PriorityIs, } | { "type": "block", conversation: string, cid: string, on: boolean, } | { "type": "set_attribute", conversation: string, cid: string, name: string, value: string, } | { "type": "seen", conversation: string, seq: number, } | { "type": "mark_read", conversation: string, cid: string, } | { "type": "mark_unread", conversation: string, cid: string, from: number | null, count: number | null, } | { "type": "typing", conversation: string, } | { "type": "ping" };

/**
 * How far a pause is moved.
 */
export type Extension = { "minutes": number } | { "tomorrow_in": string } | "until_resumed";

/**
 * How urgent a conversation is.
 */
export type PriorityIs = "none" | "low" | "normal" | "high" | "urgent";

/**
 * What the server tells a console.
 */
export type Tell = { "type": "hello", version: string, now: number, me: Me, } | { "type": "pong", ref: number, now: number, } | { "type": "ok", ref: number, } | { "type": "done", ref: number, cid: string, seq: number, } | { "type": "refused", ref: number, code: string, text: string, said: Array<EventView>, } | { "type": "error", ref: number | null, code: string, text: string, } | { "type": "events", conversation: string, generation: string, events: Array<EventView>, floor: Floor, } | { "type": "reset", conversation: string, generation: string, events: Array<EventView>, floor: Floor, more: boolean, about: AboutView, } | { "type": "presence", conversation: string, screen: string, who: string, agent: string | null, name: string | null, does: string, lasts: number, } | { "type": "inbox", fresh: boolean, rows: Array<Row>, gone: Array<string>, counts: Counts, } | { "type": "mentioned" } | { "type": "trouble", code: string, text: string, } | { "type": "trouble_over", code: string, };

/**
 * The signed-in agent.
 */
export type Me = { id: string, name: string, email: string, role: string, };

/**
 * One conversation in the lists.
 */
export type Row = { conversation: string, 
/**
 * The contact's name, or how the channel names them.
 */
name: string, 
/**
 * The last words said by anyone, shortened to 120 characters; empty before the first.
 */
last_text: string, 
/**
 * `contact`, `bot`, `agent` or `outside`.
 */
last_by: string, last_at: number, 
/**
 * What the contact wrote since a person or the bot last answered.
 */
unanswered: number, 
/**
 * What the contact wrote and nobody of us has seen on a screen, answered or not; null: not known yet.
 */
unread: number | null, 
/**
 * A delivery failed or is uncertain, and nothing was delivered since.
 */
trouble: boolean, floor: Floor, 
/**
 * The last `seq`: of two rows of one conversation the higher is newer.
 */
seq: number, };

/**
 * How many conversations are in each group, beyond the window too; of one reason, if only those are watched.
 */
export type Counts = { waiting: number, mine: number, others: number, bot: number, 
/**
 * Laid aside, for whatever reason a human was wanted.
 */
snoozed: number, closed: number, blocked: number, 
/**
 * How many wait for what reason, whatever is watched.
 */
reasons: ReasonCounts, };

/**
 * How many conversations wait for a human, by the reason.
 */
export type ReasonCounts = { urgent: number, no_answer: number, asked: number, hot_lead: number, bot_failed: number, agent: number, };

/**
 * Words that agents need again and again.
 */
export type CannedRow = { 
/**
 * 1 to 40 small letters, digits and hyphens.
 */
name: string, 
/**
 * Up to 4 000 characters; may hold `{{attribute|otherwise}}`, which the console fills in.
 */
text: string, 
/**
 * Who wrote it last.
 */
by: string, at: number, };

/**
 * Somebody who answers here.
 */
export type Colleague = { id: string, name: string, };

/**
 * A group of agents.
 */
export type TeamRow = { id: string, name: string, 
/**
 * By name.
 */
members: Array<Colleague>, };

/**
 * Somebody who answers.
 */
export type PersonRow = { id: string, name: string, email: string, 
/**
 * `agent`, `supervisor` or `admin`.
 */
role: string, 
/**
 * They have chosen a password.
 */
ready: boolean, };

export type SessionRow = { id: string, 
/**
 * Such as `Firefox`; empty: it did not say.
 */
browser: string, 
/**
 * Such as `Windows` or `iPhone`; empty: it did not say.
 */
system: string, 
/**
 * Null: not known, as of sessions that were opened before this was noted.
 */
opened_at: number | null, 
/**
 * To the minute.
 */
seen_at: number | null, 
/**
 * It is the one that asks.
 */
here: boolean, };

/**
 * A note that names the caller.
 */
export type MentionRow = { conversation: string, 
/**
 * The note.
 */
seq: number, at: number, seen: boolean, 
/**
 * The contact's name.
 */
name: string, 
/**
 * Who wrote it.
 */
by: string, 
/**
 * Its words, shortened to 300 characters.
 */
text: string, };

/**
 * Every conversation with the same person. Each keeps its own log, labels and attributes.
 */
export type PersonView = { 
/**
 * The newest words first; at most 50, this one among them.
 */
conversations: Array<Row>, 
/**
 * The newest 20 first.
 */
merges: Array<MergeRow>, 
/**
 * At most ten others of whom the same is known.
 */
candidates: Array<Candidate>, 
/**
 * What this conversation's bot declares of contacts, by name.
 */
attributes: Array<Declared>, };

/**
 * What somebody merged.
 */
export type MergeRow = { id: string, at: number, by: string, conversations: Array<string>, 
/**
 * Who took it back.
 */
undone_by: string | null, };

/**
 * An attribute that a bot's document declares: what of it may be written down.
 */
export type Declared = { name: string, 
/**
 * `text`, `number`, `email`, `phone`, `url`, `date`, `choice` or `yes_no`.
 */
kind: string, 
/**
 * For `choice`: what can be chosen.
 */
choices: Array<string>, };

/**
 * Somebody who may be the same person.
 */
export type Candidate = { row: Row, 
/**
 * The attribute that is the same: `user_id`, `email` or `phone`.
 */
same: string, };

/**
 * Words that a channel has approved beforehand.
 */
export type TemplateRow = { name: string, 
/**
 * As the channel writes it: `en_US`.
 */
language: string, 
/**
 * With `{{1}}`, `{{2}}` … where values go.
 */
text: string, 
/**
 * How many values it takes.
 */
takes: number, };

/**
 * What the caller has begun to write in a conversation, and not sent.
 */
export type MessageDraft = { conversation: string, text: string, 
/**
 * To the team, not to the contact.
 */
note: boolean, at: number, };

/**
 * A file was taken in. With `key` it can be sent, within an hour.
 */
export type Uploaded = { key: string, 
/**
 * `image`, `audio`, `video` or `file`.
 */
kind: string, url: string, name: string, };

/**
 * Another app at the channel that answers beside us.
 */
export type AppRow = { id: string, name: string, };

/**
 * Messages that failed, or of which nobody knows whether they arrived, newest first.
 */
export type Deliveries = { 
/**
 * Perhaps fewer than were asked for, because only some are of the state wanted.
 */
deliveries: Array<DeliveryRow>, 
/**
 * Ask for those before this number next; none: these were the last.
 */
next: number | null, };

export type DeliveryRow = { number: number, conversation: string, 
/**
 * The message's place in the conversation.
 */
seq: number, account: string, 
/**
 * How the channel names the contact.
 */
contact: string, 
/**
 * What it says; the name of its file, if it says nothing.
 */
text: string, 
/**
 * `bot`, or the agent's name.
 */
by: string, said_at: number, 
/**
 * `failed`, or `unknown`: it may have arrived.
 */
state: string, 
/**
 * Why, in words.
 */
error: string, 
/**
 * Since when it stands so.
 */
at: number, };

export type Retried = { 
/**
 * So many wait to be sent again.
 */
retried: number, 
/**
 * So many cannot be: a person has taken over since the bot wrote them, or the contact wants no messages.
 */
refused: number, 
/**
 * Go on before this number; none: these were the last.
 */
next: number | null, };

export type LeftBe = { 
/**
 * So many are left as they are, for good.
 */
left: number, 
/**
 * So many are not: they go out again, or are over.
 */
refused: number, 
/**
 * Go on before this number; none: these were the last.
 */
next: number | null, };

/**
 * Which conversations, and in which order. Everything that is given must be true of them.
 */
export type FilterView = { channel?: string, account?: string, bot?: string, 
/**
 * `bot`, `waiting` or `human`.
 */
mode?: string, 
/**
 * Why a human is, or was, wanted: `urgent`, `asked`, …
 */
reason?: string, 
/**
 * The id of the agent who has the floor, or else whom it is assigned to.
 */
assignee?: string, 
/**
 * The id of the team it is assigned to.
 */
team?: string, 
/**
 * All of these, at most five.
 */
labels: Array<string>, 
/**
 * The contact wrote something that nobody has answered.
 */
unanswered: boolean, attribute?: AttributeIs, 
/**
 * The contact wrote something that nobody of us has seen.
 */
unread?: boolean, 
/**
 * `low`, `normal`, `high` or `urgent`.
 */
priority?: string, 
/**
 * Those that are `snoozed`, or `closed`, or whose contact is `blocked`; when it is not given, those that are none of it.
 */
status?: string, 
/**
 * `newest` activity first (as when it is not given), `oldest`, `waiting`: who waits longest, and nobody else; or `priority`:
 * the most urgent, and none without a priority.
 */
order?: string, };

/**
 * An attribute with this value; capitals do not matter.
 */
export type AttributeIs = { name: string, value: string, };

/**
 * A part of a list. It may have fewer rows than asked for, or none, and still go on.
 */
export type ListPage = { rows: Array<Row>, 
/**
 * What to ask for next (`after`); none: this was the end.
 */
next: string | null, 
/**
 * False: the index is being built, and older conversations may be missing yet.
 */
complete: boolean, };

/**
 * What was found. Newest first.
 */
export type SearchResults = { 
/**
 * Conversations with contacts whose name, labels or attributes have the words; only with the first page.
 */
contacts: Array<Row>, hits: Array<HitView>, 
/**
 * What to ask for next (`before`); none: that was all.
 */
next: string | null, 
/**
 * False: the index is being built, and older words may be missing yet.
 */
complete: boolean, };

/**
 * Where the words were said.
 */
export type HitView = { conversation: string, seq: number, at: number, 
/**
 * The contact's name.
 */
name: string, channel: string, 
/**
 * Whose words they are: `contact`, `bot`, `agent`, `outside`, or `note`.
 */
by: string, 
/**
 * The agent's name, of an agent's words.
 */
agent: string | null, 
/**
 * The part of the text around the words.
 */
pieces: Array<Piece>, };

export type Piece = { text: string, 
/**
 * It is what was searched for.
 */
hit: boolean, };

/**
 * What filters can ask for.
 */
export type ListChoices = { accounts: Array<AccountChoice>, bots: Array<string>, 
/**
 * At most 500, by name; as are the names of attributes.
 */
labels: Array<string>, attributes: Array<string>, };

export type AccountChoice = { id: string, name: string, channel: string, };

/**
 * A filter under a name.
 */
export type ViewRow = { id: string, name: string, 
/**
 * Everybody's; otherwise the caller's own.
 */
shared: boolean, filter: FilterView, 
/**
 * Who wrote it last.
 */
by: string, at: number, };

/**
 * What a widget says.
 */
export type VisitorSays = { "type": "hello", token: string | null, after: Position | null, identity: string | null, 
/**
 * What the widget speaks, such as `de`.
 */
language: string | null, } | { "type": "open" } | { "type": "say", id: string, text: string, attachments: Array<string>, } | { "type": "tap", id: string, option: string, label: string, } | { "type": "page", url: string, title: string, } | { "type": "set_attributes", values: { [key in string]: AttributeValue }, } | { "type": "seen", seq: number, } | { "type": "typing" } | { "type": "ping" };

/**
 * A value of a visitor's attribute.
 */
export type AttributeValue = boolean | number | string;

/**
 * Where websockets are blocked, a widget sends this (`POST /webchat/poll?account=ID`, as text/plain): a hello, and up to
 * 32 frames more. With `wait` it is answered when there is news, after 25 seconds at the latest; without, when all was
 * taken.
 */
export type VisitorPoll = { hello: VisitorSays, says: Array<VisitorSays>, wait: boolean, };

/**
 * What a websocket would have said meanwhile.
 */
export type VisitorPolled = { hears: Array<VisitorHears>, 
/**
 * As the close of a websocket.
 */
closed: VisitorClosed | null, };

export type VisitorClosed = { code: number, reason: string, };

/**
 * What the server says to a widget.
 */
export type VisitorHears = { "type": "welcome", token: string, name: string, now: number, look: Look, } | { "type": "events", position: Position, events: Array<VisitorEvent>, floor: VisitorFloor, } | { "type": "reset", position: Position, events: Array<VisitorEvent>, floor: VisitorFloor, } | { "type": "ack", id: string, seq: number, } | { "type": "error", id: string | null, code: string, text: string, again: boolean, } | { "type": "typing", person: string | null, lasts: number, } | { "type": "pong" };

/**
 * What the account's settings say about the widget.
 */
export type Look = { 
/**
 * A larger file is not taken.
 */
file_bytes_max: number, 
/**
 * None: the widget's own.
 */
accent: AccentView | null, 
/**
 * `light` or `dark`; none: as the visitor's browser prefers.
 */
theme: string | null, 
/**
 * It stands where lines start, not where they end.
 */
at_start: boolean, 
/**
 * From the edges of the window, in CSS pixels; none: the widget's own.
 */
side_px: number | null, bottom_px: number | null, texts: OwnTexts, };

/**
 * Both can be read: on a light panel, and on a dark one.
 */
export type AccentView = { light: ShadeView, dark: ShadeView, };

/**
 * A colour, and that of the words on it: `#504ea8`.
 */
export type ShadeView = { fill: string, ink: string, };

/**
 * The account's words, in the language that the hello named, where it has any.
 */
export type OwnTexts = { title: string | null, launcher: string | null, greeting: string | null, assistant: string | null, write: string | null, coming: string | null, };

export type VisitorEvent = { seq: number, at: number, } & ({ "kind": "i_said", id: string | null, text: string, attachments: Array<AttachmentView>, } | { "kind": "bot_said", text: string, options: Array<OptionView>, attachments: Array<AttachmentView>, 
/**
 * It is a question, whose answer has a field of its own.
 */
asks?: FieldView, } | { "kind": "person_said", name: string, text: string, attachments: Array<AttachmentView>, } | { "kind": "waiting" } | { "kind": "person_joined", name: string, } | { "kind": "bot_is_back" });

export type VisitorWhat = { "kind": "i_said", id: string | null, text: string, attachments: Array<AttachmentView>, } | { "kind": "bot_said", text: string, options: Array<OptionView>, attachments: Array<AttachmentView>, 
/**
 * It is a question, whose answer has a field of its own.
 */
asks?: FieldView, } | { "kind": "person_said", name: string, text: string, attachments: Array<AttachmentView>, } | { "kind": "waiting" } | { "kind": "person_joined", name: string, } | { "kind": "bot_is_back" };

/**
 * Where the visitor answers a question. The answer is said like any other words.
 */
export type FieldView = { kind: FieldKind, 
/**
 * What a browser may know by itself, by the names of HTML's `autocomplete`.
 */
autofill: string | null, 
/**
 * Words to choose from, for yes or no.
 */
words: Array<string>, 
/**
 * The word that leaves the question out, if it can be left out.
 */
skip: string | null, 
/**
 * The answer before this was not of the kind.
 */
refused: boolean, };

export type FieldKind = "text" | "email" | "number" | "phone" | "url" | "date" | "yes_no";

export type VisitorFloor = { 
/**
 * `bot`, `waiting` or `human`.
 */
mode: string, 
/**
 * The person who has the floor.
 */
person: string | null, };
