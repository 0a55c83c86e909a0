/** What the codes of the wire are called on the screen. An unknown code is shown as it is, readably. */

const REASONS: Record<string, string> = {
  urgent: 'urgent',
  no_answer: 'bot had no answer',
  asked: 'asked for a person',
  hot_lead: 'hot lead',
  bot_failed: 'bot failed',
  agent: 'handed on by a colleague',
};

const CHANNELS: Record<string, string> = {
  messenger: 'Messenger',
  instagram: 'Instagram',
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
  webchat: 'Web chat',
};

const DELIVERIES: Record<string, string> = {
  queued: 'Waiting to be sent',
  sending: 'Being sent',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
};

export const reasonWords = (reason: string): string => REASONS[reason] ?? readable(reason);
export const channelWords = (channel: string): string => CHANNELS[channel] ?? readable(channel);
export const deliveryWords = (state: string): string => DELIVERIES[state] ?? readable(state);

function readable(code: string): string {
  return code.replaceAll('_', ' ');
}
