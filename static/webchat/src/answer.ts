/** What fits a question, by the same rules as the bot's: so that nobody learns of a slip only when it is sent. */
import type { FieldKind } from '../../shared/wire';

const EMAIL = /^[^\s<>,;"@]{1,64}@[^\s<>,;"@]+\.[^\s<>,;"@]+$/;
const ADDRESS = /^(https?:\/\/)?[^\s/?#:<>"]+\.[^\s/?#:<>".]+(:\d+)?([/?#][^\s<>"]*)?$/;
const PHONE = /^[\d +\-/().]+$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** Digits as the bot reads them, whatever keyboard they come from. */
export function plain(kind: FieldKind, text: string): string {
  const digits = kind === 'phone' || kind === 'number';
  return digits ? text.normalize('NFKC').replace(/[٠-٩۰-۹]/g, (digit) => String(digit.charCodeAt(0) & 15)).trim() : text.trim();
}

export function fits(kind: FieldKind, text: string): boolean {
  switch (kind) {
    case 'email':
      return EMAIL.test(text) && text.length <= 254;
    case 'phone':
      return PHONE.test(text) && /^(\D*\d){5,15}\D*$/.test(text);
    case 'number':
      return text !== '' && Number.isFinite(Number(text.replace(',', '.')));
    case 'url':
      return ADDRESS.test(text);
    case 'date':
      return DATE.test(text);
    case 'text':
    case 'yes_no':
      return text !== '';
  }
}
