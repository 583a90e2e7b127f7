/** Starts the window: styles, state, the first frame, then the data. */
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { backend } from './backend';
import { start } from './state/start.svelte';

const target = document.getElementById('app');
if (target !== null) {
  mount(App, { target });
  void start.run();
  // The second frame begins when the first one has been painted. A log that cannot be told is no reason to complain.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => backend.appMarkStartup('firstFrame').catch(() => undefined)),
  );
}
