/** Starts the window: state, the first frame, then the data. */
import { mount } from 'svelte';
import App from './App.svelte';
import { backend } from './backend';
import { firstPaintMs, styled } from './lib/frame';
import { start } from './state/start.svelte';

/** Puts the page where the document showed its beginning. */
function show(target: HTMLElement): void {
  target.replaceChildren();
  mount(App, { target });
  void start.run();
  // A log that cannot be told is no reason to complain.
  void firstPaintMs()
    .then((atMs) => backend.appMarkStartup('firstFrame', atMs))
    .catch(() => undefined);
}

const app = document.getElementById('app');
if (app !== null) void styled().then(() => show(app));
