/** What a menu shows. A plain file, because a component cannot export types that other files name easily. */
import type { Component } from 'svelte';

export interface MenuAction {
  kind?: 'action';
  label: string;
  icon?: Component<{ size?: number }> | undefined;
  /** Keys that do the same, as written for people: `Ctrl+S`. */
  shortcut?: string | undefined;
  danger?: boolean | undefined;
  disabled?: boolean | undefined;
  /** A tick in front: this choice is on. */
  checked?: boolean | undefined;
  run: () => void;
}

export type MenuItem = MenuAction | { kind: 'separator' } | { kind: 'heading'; label: string };

export function isAction(item: MenuItem): item is MenuAction {
  return item.kind === undefined || item.kind === 'action';
}

/** The actions that have every typed word in their label; everything as it is while nothing is typed. */
export function narrowed(items: readonly MenuItem[], typed: string): readonly MenuItem[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items;
  return items.filter(
    (item) => isAction(item) && words.every((word) => item.label.toLowerCase().includes(word)),
  );
}

/** Where a menu opens: a point (context menu) or the rectangle of the button that opened it. */
export type MenuPlace = { x: number; y: number } | DOMRect;
