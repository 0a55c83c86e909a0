import { mount } from 'svelte';
import '../../shared/tokens.css';
import './base.css';
import App from './App.svelte';
import { language } from './language/now.svelte';
import { session } from './net/http';
import { place } from './place.svelte';
import { settings } from './settings.svelte';

/** Words that are slow to come are waited for no longer than this; they show when they are there. */
const WORDS_WAIT_MS = 1500;

// Asked while the words come and the page is made. Who has an invitation is asked for nothing before.
const asked = place.now.screen === 'welcome' ? undefined : session();
asked?.catch(() => undefined);

await Promise.race([language.speak(settings.now.language), new Promise((go) => setTimeout(go, WORDS_WAIT_MS))]);

mount(App, { target: document.getElementById('app')!, props: { asked } });

// Without one, in a private window for instance, the console works as ever while there is a network.
if (import.meta.env.PROD) void navigator.serviceWorker?.register('/sw.js').catch(() => undefined);
