import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { i18n } from './lib/i18n/index.svelte';
import { prefs } from './lib/prefs.svelte';

prefs.apply();
await i18n.set(i18n.lang);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => prefs.apply());
const target = document.getElementById('app');
if (target) mount(App, { target });
