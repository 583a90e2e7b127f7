/** The trickier controls: what the keyboard does to them, and what they call themselves. */
import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import Button from './Button.svelte';
import ChipsField from './ChipsField.svelte';
import Menu from './Menu.svelte';
import Tabs from './Tabs.svelte';

afterEach(cleanup);

const text = (words: string) => createRawSnippet(() => ({ render: () => `<span>${words}</span>` }));

describe('Button', () => {
  it('that deletes is not pressed by Enter, and says so', async () => {
    const onclick = vi.fn();
    const onenter = vi.fn();
    render(Button, { variant: 'danger', onclick, onenter, children: text('Delete 3') });
    const button = screen.getByRole('button', { name: 'Delete 3' });
    // A browser turns Enter into a click unless the default is prevented.
    const goesOn = await fireEvent.keyDown(button, { key: 'Enter' });
    expect(goesOn).toBe(false);
    expect(onenter).toHaveBeenCalledOnce();
    await fireEvent.click(button);
    expect(onclick).toHaveBeenCalledOnce();
  });

  it('of another kind takes Enter', async () => {
    render(Button, { children: text('Save') });
    expect(await fireEvent.keyDown(screen.getByRole('button'), { key: 'Enter' })).toBe(true);
  });

  it('that is busy does nothing more', async () => {
    const onclick = vi.fn();
    render(Button, { busy: true, onclick, children: text('Save') });
    await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(onclick).not.toHaveBeenCalled();
  });
});

describe('ChipsField', () => {
  const setup = (values: string[] = []) => {
    const onchange = vi.fn();
    const props = {
      label: 'Addresses',
      listLabel: 'List',
      removeLabel: (v: string) => `Remove ${v}`,
      onchange,
    };
    const view = render(ChipsField, { ...props, values });
    const input = screen.getByLabelText('Addresses') as HTMLInputElement;
    return { onchange, input, again: (next: string[]) => view.rerender({ ...props, values: next }) };
  };

  it('takes a text with Enter, comma or when it is left, and a pasted list at once', async () => {
    const { onchange, input, again } = setup();
    await fireEvent.input(input, { target: { value: 'a@x.co' } });
    await fireEvent.keyDown(input, { key: 'Enter' });
    expect(onchange).toHaveBeenLastCalledWith(['a@x.co']);
    await again(['a@x.co']);
    await fireEvent.input(input, { target: { value: 'b@x.co' } });
    await fireEvent.blur(input);
    expect(onchange).toHaveBeenLastCalledWith(['a@x.co', 'b@x.co']);
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', 'c@x.co; a@x.co\nd@x.co\n');
    await fireEvent(input, new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    expect(onchange).toHaveBeenLastCalledWith(['a@x.co', 'c@x.co', 'd@x.co']);
    expect(input.value).toBe('');
  });

  it('gives the last one back to be corrected', async () => {
    const { onchange, input } = setup(['a@x.co', 'b@x']);
    await fireEvent.keyDown(input, { key: 'Backspace' });
    expect(onchange).toHaveBeenLastCalledWith(['a@x.co']);
    expect(input.value).toBe('b@x');
  });

  it('removes one by its own button, and lets Enter in the empty field through', async () => {
    const { onchange, input } = setup(['a@x.co', 'b@x.co']);
    await fireEvent.click(screen.getByRole('button', { name: 'Remove a@x.co' }));
    expect(onchange).toHaveBeenLastCalledWith(['b@x.co']);
    expect(await fireEvent.keyDown(input, { key: 'Enter' })).toBe(true);
  });
});

describe('Tabs', () => {
  it('moves and chooses with arrows, Home and End', async () => {
    const tabs = ['one', 'two', 'three'].map((value) => ({ value, label: value }));
    render(Tabs<string>, {
      label: 'Pages',
      value: 'one',
      tabs,
      children: createRawSnippet<[string]>((value) => ({ render: () => `<p>${value()}</p>` })),
    });
    const list = screen.getByRole('tablist', { name: 'Pages' });
    const chosen = () => screen.getByRole('tab', { selected: true }).textContent;
    await fireEvent.keyDown(list, { key: 'ArrowLeft' });
    expect(chosen()).toBe('three');
    await fireEvent.keyDown(list, { key: 'Home' });
    await fireEvent.keyDown(list, { key: 'ArrowRight' });
    expect(chosen()).toBe('two');
    expect(screen.getByRole('tab', { name: 'two' }).tabIndex).toBe(0);
    expect(screen.getByRole('tab', { name: 'one' }).tabIndex).toBe(-1);
  });
});

describe('Menu', () => {
  const setup = () => {
    const run = vi.fn();
    const onclose = vi.fn();
    render(Menu, {
      label: 'Actions',
      at: { x: 0, y: 0 },
      onclose,
      items: [
        { label: 'Play', run: () => run('play') },
        { kind: 'separator' },
        { label: 'Save', run: () => run('save'), disabled: true },
        { label: 'Delete…', run: () => run('delete'), danger: true },
      ],
    });
    return { run, onclose, menu: screen.getByRole('menu', { hidden: true }) };
  };
  const focused = () => (document.activeElement as HTMLElement).dataset.label;

  it('walks over what can be chosen, by arrows and by first letters', async () => {
    const { menu } = setup();
    expect(focused()).toBe('Play');
    await fireEvent.keyDown(menu, { key: 'ArrowDown' });
    expect(focused()).toBe('Delete…');
    await fireEvent.keyDown(menu, { key: 'ArrowDown' });
    expect(focused()).toBe('Play');
    await fireEvent.keyDown(menu, { key: 'd' });
    expect(focused()).toBe('Delete…');
  });

  it('closes before it runs, and on Escape runs nothing', async () => {
    const { menu, run, onclose } = setup();
    await fireEvent.keyDown(menu, { key: 'Escape' });
    expect(onclose).toHaveBeenCalledOnce();
    expect(run).not.toHaveBeenCalled();
    await fireEvent.click(document.activeElement as HTMLElement);
    expect(onclose).toHaveBeenCalledTimes(2);
    expect(run).toHaveBeenCalledWith('play');
  });
});
