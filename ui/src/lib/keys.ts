/**
 * Keys written as `Mod+Shift+K`: `Mod` is Ctrl, and ⌘ on a Mac. Matching ignores Shift for characters that need it
 * (`?`), because keyboards differ in how they reach them.
 */

const isMac = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');

const SYMBOLS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  Delete: 'Del',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  ' ': 'Space',
};

/** True when this event is that key. */
export function matchesKey(event: KeyboardEvent, key: string): boolean {
  const parts = key === '+' ? ['+'] : key.split('+');
  const last = parts.at(-1) ?? '';
  const wantsMod = parts.includes('Mod');
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const otherMod = isMac ? event.ctrlKey : event.metaKey;
  if (mod !== wantsMod || otherMod || event.altKey !== parts.includes('Alt')) return false;
  const isLetterOrNamed = last.length > 1 || /^[a-z0-9]$/i.test(last);
  if (isLetterOrNamed && event.shiftKey !== parts.includes('Shift')) return false;
  return event.key.toLowerCase() === (last === 'Space' ? ' ' : last.toLowerCase());
}

/** The key as a person reads it: `Ctrl+K`, `⌘K`, `Shift+→`. */
export function keyLabel(key: string, mac = isMac): string {
  return key
    .split('+')
    .map((part) => {
      if (part === 'Mod') return mac ? '⌘' : 'Ctrl';
      if (part === 'Shift' && mac) return '⇧';
      return SYMBOLS[part] ?? part;
    })
    .join(mac ? '' : '+');
}

/** True when the event comes from something a person types into, where plain letters are text. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return (
    target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type)
  );
}
