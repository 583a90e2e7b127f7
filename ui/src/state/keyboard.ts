/** Starts commands by their keys, wherever the focus is. */
import { isTyping, matchesKey } from '../lib/keys';
import { commands } from './commands';
import { dialogs } from './dialogs.svelte';
import { focusOn } from './focus';
import { library } from './library.svelte';
import { selection } from './selection.svelte';

/** True when no control has the focus: a click beside the controls leaves it on the page or on its main part. */
function isNowhere({ target }: KeyboardEvent): boolean {
  return target === document.body || (target instanceof HTMLElement && target.localName === 'main');
}

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
  if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && isNowhere(event)) {
    event.preventDefault();
    focusOn('table');
    return;
  }
  for (const command of commands) {
    const key = command.keys.find((one) => matchesKey(event, one));
    if (key === undefined || (typing && isText(key))) continue;
    // In a field and in a text that has the focus it selects that text, and outside the library there are no rows.
    if (command.id === 'selectAll' && !(isNowhere(event) && command.enabled())) continue;
    // The key is ours even when there is nothing to do: Ctrl+S must not save the page.
    event.preventDefault();
    if (command.enabled()) command.run();
    return;
  }
}
