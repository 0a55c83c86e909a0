/** Files on their way to the server, before they are sent with a message. They live as long as the page does. */
import type { Uploaded } from '../../shared/wire';
import { ATTACH_WORDS, type AttachWords } from '../words/attach';
import { h, icon, wear } from './dom';

const CLIP = 'm20 11-8.5 8.5a5 5 0 0 1-7-7L13 4a3.300 3.300 0 0 1 4.700 4.700l-8.500 8.500a1.700 1.700 0 0 1-2.400-2.400L14 7.500';
const CROSS = 'm6 6 12 12M18 6 6 18';

/** Why a file cannot go; each has its words. */
export type Trouble = 'tooLarge' | 'badType' | 'tooMany' | 'notUploaded';

export interface Staged {
  readonly file: File;
  /** Undefined: it waits for the connection. */
  request?: XMLHttpRequest | undefined;
  /** From 0 to 1. */
  done: number;
  uploaded?: Uploaded;
  trouble?: Trouble;
}

const STYLE = `
.staged { flex: none; margin: 0; padding: 4px 8px 0; max-height: 132px; overflow-y: auto; list-style: none; border-block-start: 1px solid var(--line); }
.staged li { display: flex; align-items: center; gap: 8px; }
.staged span { flex: 1; min-width: 40px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 14px; }
.staged small { color: var(--quiet); font-size: 12px; }
.staged .bad { color: var(--bad); }
.staged progress { width: 72px; accent-color: var(--brand); }
.staged .icon { width: 32px; height: 32px; }
.over { outline: 3px dashed var(--brand); outline-offset: -6px; }
`;

/** A message takes no more. */
const FILES_MAX = 10;
const AT_ONCE = 2;
const TROUBLES: Record<string, Trouble> = { too_large: 'tooLarge', invalid: 'badType', too_much: 'tooMany' };

export class Attaching {
  staged: Staged[] = [];
  /** The server says so; until then it is asked. */
  bytesMax = Infinity;

  constructor(
    readonly address: URL,
    /** Who we are, once there is a connection. */
    readonly token: () => string | null,
    readonly changed: () => void,
  ) {}

  add(files: Iterable<File>): void {
    for (const file of files) {
      if (this.staged.length >= FILES_MAX) break;
      this.staged.push(file.size > this.bytesMax ? { file, done: 0, trouble: 'tooLarge' } : { file, done: 0 });
    }
    this.pump();
    this.changed();
  }

  remove(one: Staged): void {
    this.staged = this.staged.filter((other) => other !== one);
    one.request?.abort();
    this.pump();
    this.changed();
  }

  /** The files as they are shown, and the ways in which they come. */
  list(tag: string, panel: HTMLElement, field: HTMLTextAreaElement): StagedList {
    wear(panel.getRootNode() as ShadowRoot, STYLE);
    return new StagedList(this, ATTACH_WORDS[tag]!, panel, field);
  }

  /** Nothing is on its way any more, or waits for it. */
  get settled(): boolean {
    return this.staged.every(({ uploaded, trouble }) => uploaded || trouble);
  }

  /** What can be sent, from now on the message's. */
  take(): Uploaded[] {
    const ready = this.staged.flatMap(({ uploaded }) => uploaded ?? []);
    this.staged = this.staged.filter(({ uploaded }) => !uploaded);
    return ready;
  }

  /** Sends what waits, some at a time. */
  pump(): void {
    const token = this.token();
    if (token === null) return;
    for (const one of this.staged) {
      if (this.staged.filter(({ request }) => request).length >= AT_ONCE) return;
      if (!one.request && !one.uploaded && !one.trouble) this.#send(one, token);
    }
  }

  #send(one: Staged, token: string): void {
    const request = (one.request = new XMLHttpRequest());
    const address = new URL(this.address);
    address.searchParams.set('name', one.file.name);
    request.open('POST', address);
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = ({ loaded, total }) => {
      one.done = total ? loaded / total : 0;
      this.changed();
    };
    request.onloadend = () => {
      one.request = undefined;
      if (!this.staged.includes(one)) return;
      if (request.status === 201) one.uploaded = JSON.parse(request.responseText) as Uploaded;
      // No answer, and no connection: it goes again with the next one.
      else if (request.status || this.token() !== null) one.trouble = TROUBLES[codeOf(request.responseText)] ?? 'notUploaded';
      one.done = one.uploaded ? 1 : 0;
      this.pump();
      this.changed();
    };
    request.send(one.file);
  }
}

function codeOf(text: string): string {
  try {
    return (JSON.parse(text) as { code: string }).code;
  } catch {
    return '';
  }
}

export class StagedList {
  readonly element = h('ul', { class: 'staged', hidden: true });
  #rows = new Map<Staged, HTMLElement>();

  constructor(
    readonly attaching: Attaching,
    readonly words: AttachWords,
    readonly panel: HTMLElement,
    readonly field: HTMLTextAreaElement,
  ) {
    const files = h('input', { type: 'file', multiple: true, hidden: true, change: () => this.#picked(files) });
    const clip = h('button', { class: 'icon', type: 'button', 'aria-label': words.attach, click: () => files.click() }, icon(CLIP));
    field.before(files, clip);
    field.form?.before(this.element);
    field.addEventListener('paste', (event) => this.#pasted(event));
    panel.addEventListener('dragover', (event) => this.#dragged(event, true));
    panel.addEventListener('dragleave', (event) => this.#dragged(event, false));
    panel.addEventListener('drop', (event) => this.#given(event, event.dataTransfer));
  }

  #picked(files: HTMLInputElement): void {
    this.attaching.add(files.files ?? []);
    files.value = '';
    this.field.focus();
  }

  /** Pasted or dropped: files are attached, anything else is the field's. */
  #given(event: Event, data: DataTransfer | null): void {
    this.panel.classList.remove('over');
    const files = [...(data?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    this.attaching.add(files);
    this.field.focus();
  }

  /** Programs that copy words put a picture of them beside. */
  #pasted(event: ClipboardEvent): void {
    if (!event.clipboardData?.types.includes('text/plain')) this.#given(event, event.clipboardData);
  }

  #dragged(event: DragEvent, over: boolean): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.panel.classList.toggle('over', over);
  }

  paint(): void {
    const { staged } = this.attaching;
    this.element.hidden = staged.length === 0;
    for (const [one, row] of this.#rows) if (!staged.includes(one)) this.#remove(one, row);
    for (const one of staged) {
      const row = this.#rows.get(one) ?? this.#add(one);
      const state = one.trouble ?? (one.uploaded ? 'ready' : one.request ? 'sending' : 'waiting');
      if (row.dataset['state'] !== state) row.children[1]?.replaceWith(this.#stateOf(one));
      row.dataset['state'] = state;
      row.querySelector('progress')?.setAttribute('value', String(one.done));
    }
  }

  #add(one: Staged): HTMLElement {
    const { name } = one.file;
    const label = this.#fill('remove', name);
    const remove = h('button', { class: 'icon', type: 'button', 'aria-label': label, click: () => this.attaching.remove(one) }, icon(CROSS));
    const row = h('li', {}, h('span', { dir: 'auto' }, name), h('small'), remove);
    this.#rows.set(one, row);
    this.element.append(row);
    return row;
  }

  #remove(one: Staged, row: HTMLElement): void {
    if (row.contains((row.getRootNode() as ShadowRoot).activeElement)) this.field.focus();
    row.remove();
    this.#rows.delete(one);
  }

  #stateOf({ file, trouble, uploaded, request }: Staged): HTMLElement {
    if (trouble) return h('small', { class: 'bad', role: 'alert' }, this.#fill(trouble, Math.floor(this.attaching.bytesMax / 1_048_576)));
    if (request && !uploaded) return h('progress', { max: '1', 'aria-label': this.#fill('uploads', file.name) });
    return h('small', {}, uploaded ? '' : this.words.waits);
  }

  #fill(key: keyof AttachWords, n: string | number): string {
    return this.words[key].replace('{n}', () => String(n));
  }
}
