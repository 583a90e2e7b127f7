import { describe, expect, it } from 'vitest';
import { isTyping, keyLabel, matchesKey } from './keys';

const press = (key: string, more: KeyboardEventInit = {}) => new KeyboardEvent('keydown', { key, ...more });

describe('keys', () => {
  it('match with exactly the modifiers named', () => {
    expect(matchesKey(press('k', { ctrlKey: true }), 'Mod+K')).toBe(true);
    expect(matchesKey(press('k'), 'Mod+K')).toBe(false);
    expect(matchesKey(press('k', { ctrlKey: true, shiftKey: true }), 'Mod+K')).toBe(false);
    expect(matchesKey(press('k', { ctrlKey: true }), 'K')).toBe(false);
    expect(matchesKey(press('K', { shiftKey: true }), 'K')).toBe(false);
    expect(matchesKey(press('F5'), 'F5')).toBe(true);
    expect(matchesKey(press(' '), 'Space')).toBe(true);
  });

  it('find a character wherever the keyboard has it', () => {
    expect(matchesKey(press('?', { shiftKey: true }), '?')).toBe(true);
    expect(matchesKey(press('?'), '?')).toBe(true);
    expect(matchesKey(press('/', { shiftKey: true }), '/')).toBe(true);
    expect(matchesKey(press(',', { ctrlKey: true }), 'Mod+,')).toBe(true);
  });

  it('read as each system writes them', () => {
    expect(keyLabel('Mod+Shift+K', false)).toBe('Ctrl+Shift+K');
    expect(keyLabel('Mod+Shift+K', true)).toBe('⌘⇧K');
    expect(keyLabel('ArrowLeft', false)).toBe('←');
    expect(keyLabel('Delete', false)).toBe('Del');
  });

  it('are text in a field and nowhere else', () => {
    const typed = (html: string) => {
      document.body.innerHTML = html;
      const event = press('k', { bubbles: true });
      document.body.firstElementChild?.dispatchEvent(event);
      return isTyping(event);
    };
    expect(typed('<input type="search">')).toBe(true);
    expect(typed('<textarea></textarea>')).toBe(true);
    expect(typed('<input type="checkbox">')).toBe(false);
    expect(typed('<button>OK</button>')).toBe(false);
  });
});
