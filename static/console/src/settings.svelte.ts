/** The agent's settings: kept in this browser, and at work as soon as they are chosen. */
import { language } from './language/now.svelte';
import { recallSettings, rememberSettings } from './memory';
import { understood, type Settings } from './state/settings';

class Chosen {
  now = $state.raw<Settings>(understood(recallSettings()));

  constructor() {
    show(this.now);
    // Another tab of this browser has chosen.
    addEventListener('storage', () => {
      this.now = understood(recallSettings());
      show(this.now);
    });
  }

  choose(some: Partial<Settings>): void {
    this.now = { ...this.now, ...some };
    rememberSettings(this.now);
    show(this.now);
  }
}

function show({ theme, contrast, size, density, language: wanted }: Settings): void {
  Object.assign(document.documentElement.dataset, { theme, contrast, size, density });
  void language.speak(wanted);
}

export const settings = new Chosen();
