/** Starts the window: styles, state, the first frame, then the data. */
import './styles/tokens.css';
import './styles/base.css';
import './styles/starting.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { backend } from './backend';
import { firstPaintMs } from './lib/frame';
import { start } from './state/start.svelte';

const target = document.getElementById('app');
if (target !== null) {
  // What the document showed until now.
  target.replaceChildren();
  mount(App, { target });
  void start.run();
  // A log that cannot be told is no reason to complain.
  void firstPaintMs()
    .then((atMs) => backend.appMarkStartup('firstFrame', atMs))
    .catch(() => undefined);
}
