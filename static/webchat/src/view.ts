/** What the visitor sees: a round button, and the panel it opens. */
import type { Look } from '../../shared/wire';
import type { StagedList } from './attach';
import type { Field } from './field';
import type { Chat, Conversation } from './chat';
import { h, icon, wear } from './dom';
import { dress } from './dress';
import { lines } from './lines';
import { STYLE } from './style';
import { fill, own, type Language, type OwnWords } from './words';

const BUBBLE = 'M4 5h16v11H9l-5 4z';
const CROSS = 'm6 6 12 12M18 6 6 18';
const ARROW = 'M12 20V5m-6 6 6-6 6 6';
/** A drop shorter than this is nobody's business. */
const QUIET_DROP_MS = 1_500;
const TEXT_MAX = 10_000;

export class View {
  readonly host: HTMLElement;
  #root: ShadowRoot;
  #built = new Map<string, HTMLElement>();
  #list: StagedList | undefined;
  #answer: Field | undefined;
  /** The account's own sheet, and what it was made from. */
  #sheet: CSSStyleSheet;
  #worn = '';
  #words: OwnWords;
  #dropNotice: ReturnType<typeof setTimeout> | undefined;
  #onToggle: (open: boolean) => void;

  #badge = h('span', { class: 'badge', hidden: true });
  #label = h('span', { dir: 'auto', hidden: true });
  #launch = h('button', { class: 'launch', type: 'button', 'aria-expanded': 'false', click: () => this.toggle() }, icon(BUBBLE), this.#label, this.#badge);
  #title = h('h2', { id: 'title' });
  #status = h('p');
  #log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', tabindex: '0' });
  #writing = h('p', { class: 'writing', role: 'status' });
  #offline = h('p', { class: 'offline', role: 'status', hidden: true });
  #field = h('textarea', {
    rows: '1',
    maxlength: String(TEXT_MAX),
    dir: 'auto',
    input: () => this.#fieldChanged(),
    keydown: (event) => this.#typed(event as KeyboardEvent),
  });
  #send = h('button', { class: 'icon send', type: 'submit', disabled: true }, icon(ARROW));
  #form = h('form', { submit: (event) => this.#submit(event) }, this.#field, this.#send);
  #cross = h('button', { class: 'icon', type: 'button', click: () => this.close() }, icon(CROSS));
  #panel = h(
    'section',
    {
      class: 'panel',
      role: 'dialog',
      'aria-labelledby': 'title',
      hidden: true,
      keydown: (event) => this.#escape(event as KeyboardEvent),
    },
    h('header', {}, h('div', {}, this.#title, this.#status), this.#cross),
    this.#log,
    this.#writing,
    this.#offline,
    this.#form,
  );

  constructor(
    readonly chat: Conversation,
    readonly language: Language,
    onToggle: (open: boolean) => void,
  ) {
    const { tag, dir, words } = language;
    this.host = h('div', { 'data-switchboard': '', lang: tag, dir });
    for (const [element, label] of [[this.#log, words.messages], [this.#field, words.yours], [this.#send, words.send], [this.#cross, words.close]] as const) {
      element.setAttribute('aria-label', label);
    }
    this.#words = words;
    this.#onToggle = onToggle;
    const root = (this.#root = this.host.attachShadow({ mode: 'open' }));
    wear(root, STYLE);
    this.#sheet = wear(root, '');
    root.append(this.#panel, this.#launch);
    document.addEventListener('visibilitychange', () => this.#look());
    if (chat.memory.tab('open')) this.#show();
    this.paint();
  }

  get isOpen(): boolean {
    return !this.#panel.hidden;
  }

  open(): void {
    if (this.isOpen) return;
    this.#show();
    const known = this.chat.now.events.length > 0;
    if (!known || !this.chat.memory.tab('greeted')) this.chat.opened();
    this.chat.memory.setTab('greeted', true);
    (this.#answer?.shown ? this.#answer : this.#field).focus({ preventScroll: true });
    this.#onToggle(true);
  }

  close(): void {
    if (!this.isOpen) return;
    this.#panel.hidden = true;
    this.host.classList.remove('open');
    this.#launch.setAttribute('aria-expanded', 'false');
    this.chat.memory.setTab('open', false);
    this.paint();
    this.#launch.focus({ preventScroll: true });
    this.#onToggle(false);
  }

  toggle(): void {
    if (this.isOpen) this.close();
    else this.open();
  }

  /** Brings the picture up to what is known. */
  paint(): void {
    const chat = this.chat.now;
    const { look } = this.chat;
    // A page that may not use the account, or a server that is not there, shows no button that leads nowhere; and what it
    // looks like is known before anything is shown.
    this.host.hidden = !look || !(chat.connected || this.isOpen || this.chat.memory.token);
    if (look) this.#dress(look);
    const words = this.#words;
    this.#title.textContent = words.chat || chat.name || this.language.words.chat;
    this.#status.textContent = statusWords(chat, words);
    this.#paintLog(chat);
    this.#writing.textContent = chat.writing === undefined ? '' : chat.writing ? fill(words.writes, chat.writing) : words.botWrites;
    this.#paintDrop(chat.connected);
    this.#paintStaged();
    this.#paintAnswer(chat);
    this.#look();
    const { unread } = this.chat;
    this.#badge.hidden = unread === 0 || this.isOpen;
    this.#badge.textContent = unread > 9 ? '9+' : String(unread);
    const wide = !!words.launcher && !this.isOpen;
    this.#label.hidden = !wide;
    this.#launch.classList.toggle('wide', wide);
    const does = unread > 0 && !this.isOpen ? fill(words.unread, unread) : this.isOpen ? words.close : words.open;
    this.#launch.setAttribute('aria-label', wide ? `${words.launcher}. ${does}` : does);
  }

  /** Wears what the account chose, and speaks its words. */
  #dress(look: Look): void {
    const key = JSON.stringify(look);
    if (key === this.#worn) return;
    this.#worn = key;
    this.#sheet.replaceSync(dress(look));
    this.#words = own(this.language.words, look.texts);
    this.#field.placeholder = this.#words.write;
    this.#label.textContent = this.#words.launcher ?? '';
    for (const element of this.#built.values()) element.remove();
    this.#built.clear();
  }

  /** A question with a field of its own is answered there, unless something else is being written. */
  #paintAnswer(chat: Chat): void {
    const { Field } = this.chat;
    if (Field && !this.#answer) {
      this.#answer = new Field(this.language.tag, this.#root, this.chat, (keyboard) => this.#swap(keyboard));
      this.#form.before(this.#answer.element);
    }
    const writes = this.#field.value.trim() || this.chat.attaching?.staged.length;
    this.#answer?.paint(writes ? undefined : chat, this.#form.contains(this.#root.activeElement));
    this.#swap(false);
  }

  #swap(keyboard: boolean): void {
    this.#form.hidden = this.#answer?.shown ?? false;
    if (keyboard && !this.#form.hidden) this.#field.focus({ preventScroll: true });
  }

  #show(): void {
    this.chat.prepare();
    this.#panel.hidden = false;
    this.host.classList.add('open');
    this.#launch.setAttribute('aria-expanded', 'true');
    this.chat.memory.setTab('open', true);
    this.paint();
    this.#toFoot();
  }

  /** Lines already there are kept as they are, so that a screen reader hears only what is new. */
  #paintLog(chat: Chat): void {
    const atFoot = this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 80;
    const built = new Map<string, HTMLElement>();
    const wanted = lines(chat, this.#words, this.chat.server, ({ id, label }) => this.chat.tap(id, label));
    for (const { key, alive, build } of wanted) {
      const element = this.#built.get(key) ?? build();
      element.querySelector('.options')?.toggleAttribute('hidden', !alive);
      built.set(key, element);
    }
    for (const [key, element] of this.#built) if (!built.has(key)) element.remove();
    let after: ChildNode | null = this.#log.firstChild;
    for (const element of built.values()) {
      if (element === after) after = after.nextSibling;
      else this.#log.insertBefore(element, after);
    }
    const grown = built.size > this.#built.size;
    this.#built = built;
    if (atFoot || (grown && chat.unsent.length > 0)) this.#toFoot();
  }

  #paintDrop(connected: boolean): void {
    if (connected) {
      clearTimeout(this.#dropNotice);
      this.#dropNotice = undefined;
      this.#offline.hidden = true;
    } else {
      this.#dropNotice ??= setTimeout(() => {
        this.#offline.hidden = false;
        this.#offline.textContent = this.language.words.connecting;
      }, QUIET_DROP_MS);
    }
  }

  #look(): void {
    if (this.isOpen && document.visibilityState === 'visible') this.chat.seen();
  }

  #toFoot(): void {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #fieldChanged(): void {
    this.#sendable();
    if (this.#field.value.trim()) this.chat.typing();
  }

  /** Words, or files that have all arrived. */
  #sendable(): void {
    const { attaching } = this.chat;
    const something = this.#field.value.trim() !== '' || attaching?.staged.some(({ uploaded }) => uploaded);
    this.#send.disabled = !something || attaching?.settled === false;
  }

  #paintStaged(): void {
    const { attaching } = this.chat;
    if (attaching && !this.#list) {
      this.#list = attaching.list(this.language.tag, this.#panel, this.#field);
    }
    this.#list?.paint();
    this.#sendable();
  }

  #typed(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    this.#submit(event);
  }

  #submit(event: Event): void {
    event.preventDefault();
    if (this.#send.disabled) return;
    const text = this.#field.value.trim();
    const files = this.chat.attaching?.take() ?? [];
    if (!text && files.length === 0) return;
    this.#field.value = '';
    this.chat.say(text, files);
    this.#fieldChanged();
    this.#field.focus();
    this.#toFoot();
  }

  #escape(event: KeyboardEvent): void {
    // The host page's own shortcuts are not for what is typed here.
    event.stopPropagation();
    if (event.key === 'Escape') this.close();
  }
}

function statusWords({ floor }: Chat, words: OwnWords): string {
  if (floor.mode === 'human') return floor.person ? fill(words.withName, floor.person) : words.withPerson;
  return floor.mode === 'waiting' ? words.coming : words.withBot;
}
