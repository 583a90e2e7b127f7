import { beforeEach, describe, expect, it } from 'vitest';
import { selection } from './selection.svelte';

beforeEach(() => {
  selection.clear();
  selection.follow(7, 12_480);
});

describe('ticked rows', () => {
  it('are keys while a person picks some', () => {
    selection.toggle(3);
    selection.set([4, 5, 6], true);
    selection.toggle(5);
    expect(selection.count).toBe(3);
    expect(selection.has(5)).toBe(false);
    expect(selection.asSelection()).toEqual({ kind: 'keys', keys: [3, 4, 6] });
    expect(selection.coversAll).toBe(false);
  });

  it('are the snapshot less a few after "all"', () => {
    selection.all();
    expect(selection.count).toBe(12_480);
    expect(selection.coversAll).toBe(true);
    selection.toggle(9);
    expect(selection.has(9)).toBe(false);
    expect(selection.has(10)).toBe(true);
    expect(selection.count).toBe(12_479);
    expect(selection.asSelection()).toEqual({ kind: 'snapshot', snapshot: 7, except: [9] });
    selection.toggle(9);
    expect(selection.asSelection()).toEqual({ kind: 'snapshot', snapshot: 7, except: [] });
  });

  it('follow a snapshot that was taken anew', () => {
    selection.all();
    selection.follow(8, 12_500);
    expect(selection.asSelection()).toEqual({ kind: 'snapshot', snapshot: 8, except: [] });
    expect(selection.count).toBe(12_500);
  });

  it('are none after clearing', () => {
    selection.all();
    selection.clear();
    expect(selection.asSelection()).toBeNull();
    expect(selection.has(1)).toBe(false);
  });
});
