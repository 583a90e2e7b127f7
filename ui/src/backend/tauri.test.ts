import { describe, expect, it } from 'vitest';
import { parsePeaks } from './tauri';

function peaks(header: object, values: number[]): ArrayBuffer {
  const text = new TextEncoder().encode(`${JSON.stringify(header)}\n`);
  return new Uint8Array([...text, ...values.map((value) => value & 0xff)]).buffer;
}

describe('a waveform on the wire', () => {
  it('is a header and signed pairs, one channel after the other', () => {
    const parsed = parsePeaks(
      peaks({ channels: 2, buckets: 2, durationMs: 900 }, [-1, 1, -128, 127, -3, 3, 0, 10]),
    );
    expect(parsed?.header.durationMs).toBe(900);
    expect(parsed?.channels.map((channel) => [...channel])).toEqual([
      [-1, 1, -128, 127],
      [-3, 3, 0, 10],
    ]);
  });

  it('is not there yet when there are no bytes', () => {
    expect(parsePeaks(new ArrayBuffer(0))).toBeNull();
  });

  it('is refused when its length is not what the header says', () => {
    expect(() => parsePeaks(peaks({ channels: 1, buckets: 2, durationMs: 1 }, [0, 0, 0]))).toThrow();
    expect(() => parsePeaks(new Uint8Array([1, 2, 3]).buffer)).toThrow();
  });
});
