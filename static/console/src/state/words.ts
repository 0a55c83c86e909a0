/** What the codes of the wire are called on the screen. An unknown code is shown as it is, readably. */
import type { Floor, NextView } from '../../../shared/wire';
import type { Language } from '../language/language';

/** Names of companies, the same in every language. */
const CHANNELS: Record<string, string> = {
  messenger: 'Messenger',
  instagram: 'Instagram',
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  telegram: 'Telegram',
};

export const reasonWords = (reason: string, { coded }: Language): string => coded(`reason_${reason}`) ?? readable(reason);
export const deliveryWords = (state: string, { coded }: Language): string => coded(`delivery_${state}`) ?? readable(state);
export const attachmentWords = (kind: string, { coded }: Language): string => coded(`attachment_${kind}`) ?? readable(kind);
/** What a file is called where its channel says no name: the last part of its address, if that looks like one. */
export function fileName(url: string): string {
  const last = /\/([^/?#]+\.[a-z0-9]{1,5})(?:[?#]|$)/i.exec(url)?.[1] ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

export const channelWords = (channel: string, { coded }: Language): string =>
  CHANNELS[channel] ?? coded(`channel_${channel}`) ?? readable(channel);

/** What the bot does when it gets the floor, or is doing. */
export const nextWords = ({ does, of }: NextView, { coded }: Language): string => coded(`next_${does}`, { of }) ?? readable(does);

/** Whose a conversation is: an agent's, a team's, an agent's for a team; empty: nobody's in particular. */
export function assigneeWords({ assignee, team }: Pick<Floor, 'assignee' | 'team'>, { t }: Language): string {
  if (assignee && team) return t('agentOfTeam', { name: assignee.name, team: team.name });
  return assignee?.name ?? team?.name ?? '';
}

/** Why nothing can be sent to somebody who wants no messages; empty: they do. */
export function consentWords({ opted_out, channel, name }: Pick<Floor, 'opted_out' | 'channel' | 'name'>, { t }: Language): string {
  if (!opted_out) return '';
  return t(channel === 'sms' ? 'optedOutStop' : 'optedOutElsewhere', { name });
}

function readable(code: string): string {
  return code.replaceAll('_', ' ');
}
