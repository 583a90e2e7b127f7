/** Starts commands by their keys, wherever the focus is. */
import { isTyping, matchesKey } from '../lib/keys';
import { commands } from './commands';
import { dialogs } from './dialogs.svelte';
import { focusOn } from './focus';
import { library } from './library.svelte';
import { selection } from './selection.svelte';

/** A key that is plain text belongs to the field somebody types into. */
function isText(key: string): boolean {
  return !key.includes('Mod+') && !/^F\d+$/.test(key);
}

export function handleKey(event: KeyboardEvent): void {
  // A dialog is a world of its own, and so is an open menu, which stops its keys itself.
  if (event.defaultPrevented || dialogs.current !== null) return;
  const typing = isTyping(event);
  if (event.key === 'Escape' && !typing) {
    if (library.text !== '') library.setText('');
    else selection.clear();
    return;
  }
  // Nothing has the focus yet: the arrows mean the table.
  if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && event.target === document.body) {
    event.preventDefault();
    focusOn('table');
    return;
  }
  for (const command of commands) {
    const key = command.keys.find((one) => matchesKey(event, one));
    if (key === undefined || (typing && isText(key))) continue;
    // The key is ours even when there is nothing to do: Ctrl+S must not save the page.
    event.preventDefault();
    if (command.enabled()) command.run();
    return;
  }
}
