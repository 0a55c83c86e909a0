import { mount } from 'svelte';
import '../../shared/tokens.css';
import './base.css';
import App from './App.svelte';

mount(App, { target: document.getElementById('app')! });

// Without one, in a private window for instance, the console works as ever while there is a network.
if (import.meta.env.PROD) void navigator.serviceWorker?.register('/sw.js').catch(() => undefined);
