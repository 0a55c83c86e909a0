/** Tells an agent who does not look at the console that somebody has begun to wait, or is theirs now. */
import type { MentionRow, Row } from '../../shared/wire';
import { language, t } from './language/now.svelte';
import { settings } from './settings.svelte';
import { reasonWords } from './state/words';

export const canNotify = (): boolean => 'Notification' in window;
export const mayNotify = (): boolean => canNotify() && Notification.permission === 'granted';
export const isBarred = (): boolean => canNotify() && Notification.permission === 'denied';

/** Whether the browser lets us; asks the agent if that is open. */
export async function askToNotify(): Promise<boolean> {
  return canNotify() && (await Notification.requestPermission()) === 'granted';
}

export function notify(row: Row, ours: boolean, open: () => void): void {
  if (!mayNotify()) return;
  const { name, reason, words } = row.floor;
  const body = [reason && reasonWords(reason, language.now), words && t('quoted', { words })].filter(Boolean).join(' · ');
  // One notice for each conversation: a newer one replaces it.
  const title = row.floor.mode !== 'waiting' ? t('withYouNow', { name }) : ours ? t('waitsForYou', { name }) : t('needsHuman', { name });
  const notice = new Notification(title, { body, tag: row.conversation });
  notice.onclick = () => {
    window.focus();
    notice.close();
    open();
  };
}

/** A note names the agent. */
export function notifyMention(row: MentionRow, open: () => void): void {
  if (settings.now.sound) sound();
  if (!settings.now.notices || document.hasFocus() || !mayNotify()) return;
  const notice = new Notification(t('mentionedYou', { name: row.by }), { body: row.text, tag: `mention ${row.conversation}` });
  notice.onclick = () => {
    window.focus();
    notice.close();
    open();
  };
}

let audio: AudioContext | undefined;

/** Two soft notes, the second higher. */
export function sound(): void {
  try {
    audio ??= new AudioContext();
    void audio.resume();
    [660, 880].forEach((pitch, number) => note(audio!, pitch, audio!.currentTime + number * 0.16));
  } catch {
    // No sound on this machine.
  }
}

function note(audio: AudioContext, pitch: number, at: number): void {
  const [tone, loudness] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0, at);
  loudness.gain.linearRampToValueAtTime(0.12, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.001, at + 0.32);
  tone.connect(loudness).connect(audio.destination);
  tone.start(at);
  tone.stop(at + 0.35);
}
