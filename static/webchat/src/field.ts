/**
 * The field in which a question of the bot's is answered: an e-mail address, a number, a date. It comes with the first
 * such question, takes the place of the composer, and gives it back to whoever wants to say something else.
 */
import type { FieldKind, FieldView, VisitorEvent } from '../../shared/wire';
import { FIELD_WORDS, type FieldWords } from '../words/field';
import { fits, plain } from './answer';
import type { Chat, Conversation } from './chat';
import { h, icon, wear } from './dom';

type Question = Extract<VisitorEvent, { kind: 'bot_said' }> & { asks: FieldView };

const ARROW = 'M12 20V5m-6 6 6-6 6 6';
const ANSWER_MAX = 1_000;
/** After an answer the place is kept so long: another question may follow. */
const NEXT_WITHIN_MS = 1_500;
const TYPES: Record<FieldKind, [type: string, inputmode: string]> = {
  text: ['text', 'text'],
  email: ['email', 'email'],
  number: ['number', 'decimal'],
  phone: ['tel', 'tel'],
  url: ['url', 'url'],
  date: ['date', ''],
  yes_no: ['text', 'text'],
};

const STYLE = `
.answer { display: block; }
.answer label { display: block; margin: 2px 4px 6px; color: var(--quiet); font-size: 13px; }
.answer .row { display: flex; gap: 6px; }
.answer input {
  flex: 1; min-width: 0; min-height: 44px; padding: 10px 12px; border: 1px solid var(--quiet); border-radius: 12px;
  background: var(--panel); color: var(--strong); font-size: 16px; line-height: 22px;
}
.answer input[aria-invalid=true] { border: 2px solid var(--bad); padding: 9px 11px; }
:host([dir=rtl]) .answer input { text-align: right; }
.answer .why { margin: 6px 4px 0; color: var(--bad); font-size: 14px; }
.answer .why:empty { display: none; }
.answer .ways { display: flex; flex-wrap: wrap; gap: 6px; margin-block-start: 6px; }
.answer .ways button { min-height: 44px; padding: 6px 12px; border: 0; border-radius: 10px; background: none; color: var(--strong); text-decoration: underline; text-underline-offset: 3px; }
.answer .row .word { flex: 1; min-height: 44px; padding: 6px 14px; border: 1px solid var(--bot-ink); border-radius: 22px; background: var(--panel); color: var(--bot-ink); }
.answer .row .word:hover { background: var(--bot); }
`;

export class Field {
  readonly element = h('form', { class: 'answer', novalidate: true, hidden: true, submit: (event) => this.#submit(event) });
  #words: FieldWords;
  #question: Question | undefined;
  #input: HTMLInputElement | undefined;
  #why = h('p', { class: 'why', id: 'why', role: 'alert' });
  /** What the visitor wants to answer otherwise. */
  #left = 0;
  #kept: ReturnType<typeof setTimeout> | undefined;

  constructor(
    tag: string,
    root: ShadowRoot,
    readonly chat: Conversation,
    /** The composer may be shown or hidden; `keyboard`: it gets the keyboard. */
    readonly swap: (keyboard: boolean) => void,
  ) {
    this.#words = FIELD_WORDS[tag]!;
    wear(root, STYLE);
  }

  get shown(): boolean {
    return !this.element.hidden;
  }

  focus(options?: FocusOptions): void {
    (this.#input ?? this.element.querySelector('button'))?.focus(options);
  }

  /** Without a chat something else is being written. `keyboard`: it was in the composer, and comes along. */
  paint(chat: Chat | undefined, keyboard: boolean): void {
    let question = chat && openQuestion(chat);
    if (question?.seq === this.#left) question = undefined;
    if (question ? question.seq === this.#question?.seq && this.shown : !this.shown) return;
    if (!question && this.#kept !== undefined) return;
    const mine = this.#hasKeyboard;
    this.#settle();
    this.element.hidden = !question;
    if (!question) return this.swap(mine);
    this.#question = question;
    this.#build(question, question.asks.refused ? lastSaid(chat!.events) : '');
    if (keyboard || mine) this.focus({ preventScroll: true });
  }

  get #hasKeyboard(): boolean {
    return this.element.contains((this.element.getRootNode() as ShadowRoot).activeElement);
  }

  #build({ text, asks }: Question, before: string): void {
    const words = this.#words;
    const asked = h('span', { class: 'sr', id: 'asked' }, text);
    const ways = h('div', { class: 'ways' }, h('button', { type: 'button', click: () => this.#leave() }, words.other));
    if (asks.skip !== null) ways.prepend(h('button', { type: 'button', click: () => this.#say(asks.skip!) }, words.skip));
    this.#why.textContent = '';
    this.#input = undefined;
    if (asks.kind === 'yes_no') {
      const say = (word: string) => h('button', { type: 'button', class: 'word', dir: 'auto', click: () => this.#say(word) }, capital(word));
      const row = h('div', { class: 'row', role: 'group', 'aria-labelledby': 'asked' }, ...asks.words.map(say));
      return this.element.replaceChildren(asked, row, ways);
    }
    const [type, inputmode] = TYPES[asks.kind];
    const input = h('input', {
      id: 'answer',
      type,
      'aria-describedby': 'asked why',
      autocomplete: asks.autofill ?? 'off',
      dir: asks.kind === 'text' ? 'auto' : 'ltr',
      required: true,
      input: () => this.#typed(),
    });
    if (inputmode) input.inputMode = inputmode;
    if (type === 'number') input.step = 'any';
    else if (type === 'date') input.max = '9999-12-31';
    else input.maxLength = ANSWER_MAX;
    if (before && type !== 'number' && type !== 'date') input.value = before;
    this.#input = input;
    const send = h('button', { class: 'icon send', type: 'submit', 'aria-label': words.send }, icon(ARROW));
    this.element.replaceChildren(asked, h('label', { for: 'answer' }, words[asks.kind]), h('div', { class: 'row' }, input, send), this.#why, ways);
    if (asks.refused) this.#complain(`${words.refused} ${words[`bad_${asks.kind}`]}`);
  }

  #typed(): void {
    if (this.#input?.ariaInvalid === 'true') this.#complain('');
    this.chat.typing();
  }

  #complain(why: string): void {
    this.#why.textContent = why;
    this.#input?.setAttribute('aria-invalid', String(why !== ''));
  }

  #submit(event: Event): void {
    event.preventDefault();
    const [input, kind] = [this.#input, this.#question?.asks.kind];
    if (!input || !kind || kind === 'yes_no' || this.#kept !== undefined) return;
    const text = plain(kind, input.value);
    if (!fits(kind, text)) {
      this.#complain('');
      this.#complain(this.#words[`bad_${kind}`]);
      return input.focus();
    }
    this.#say(text);
  }

  #say(text: string): void {
    if (this.#kept !== undefined) return;
    if (this.#input) this.#input.value = '';
    this.#complain('');
    this.#kept = setTimeout(() => {
      this.#settle();
      this.chat.changed([]);
    }, NEXT_WITHIN_MS);
    this.chat.say(text);
  }

  #settle(): void {
    clearTimeout(this.#kept);
    this.#kept = undefined;
  }

  #leave(): void {
    this.#left = this.#question?.seq ?? 0;
    this.#settle();
    this.element.hidden = true;
    this.swap(true);
  }
}

/** The bot's question that waits for its answer. */
function openQuestion({ events, unsent, floor }: Chat): Question | undefined {
  const last = events.filter(({ kind }) => kind.endsWith('_said')).pop();
  return last?.kind === 'bot_said' && last.asks && floor.mode === 'bot' && unsent.length === 0 ? (last as Question) : undefined;
}

/** What was refused: it is mended more easily than written anew. */
function lastSaid(events: VisitorEvent[]): string {
  const mine = events.filter((event) => event.kind === 'i_said').pop();
  return mine?.kind === 'i_said' ? mine.text : '';
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
