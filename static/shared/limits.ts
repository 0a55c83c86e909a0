// How long a text may be. Written from src/domain/abilities.rs; do not edit:
//   UPDATE_WIRE=1 cargo test --lib wire::abilities
export const MESSAGE_CHARS_MAX = 10000;

/** What goes out in one message of a channel; longer texts go out in parts. */
export const LIMITS: Readonly<Record<string, { max: number; unit: 'characters' | 'bytes' }>> = {
  messenger: { max: 1900, unit: 'characters' },
  instagram: { max: 1000, unit: 'bytes' },
  whatsapp: { max: 4096, unit: 'characters' },
  sms: { max: 1600, unit: 'characters' },
  telegram: { max: 4096, unit: 'characters' },
  webchat: { max: 10000, unit: 'characters' },
};
