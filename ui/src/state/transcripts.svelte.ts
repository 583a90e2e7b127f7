/**
 * What was said in the recordings somebody looked at. The provider is asked once for each, where the account is known to
 * have transcripts, and only when the look rests on it: requests are counted, and most rows are merely passed.
 */
import { SvelteMap } from 'svelte/reactivity';
import { backend } from '../backend';
import type { Row } from '../ipc/library';
import { capabilityOf } from '../lib/accountFacts';
import { readTranscript, type TranscriptLine } from '../lib/transcript';
import { accounts } from './accounts.svelte';

/** How long a recording is looked at before its transcript is asked for. */
const REST_MS = 800;
/** Transcripts kept; the oldest goes first. */
const KEPT = 200;

class Transcripts {
  /** Null: the provider has none. */
  #known = new SvelteMap<number, readonly TranscriptLine[] | null>();
  #asking = new Set<number>();

  /** The lines, or null while nothing is known and where there are none. */
  of(key: number): readonly TranscriptLine[] | null {
    return this.#known.get(key) ?? null;
  }

  /** Somebody looks at a recording. Returns what ends the look. */
  look(row: Pick<Row, 'key' | 'accountId'>): () => void {
    const account = accounts.byId(row.accountId);
    const mayHave = account !== null && capabilityOf(account, 'transcripts') === true;
    if (!mayHave || this.#known.has(row.key) || this.#asking.has(row.key)) return () => undefined;
    const timer = setTimeout(() => void this.#ask(row.key), REST_MS);
    return () => clearTimeout(timer);
  }

  async #ask(key: number): Promise<void> {
    this.#asking.add(key);
    try {
      const answer = await backend.callsTranscript(key);
      const lines = answer === null ? [] : readTranscript(answer.text);
      for (const oldest of this.#known.keys()) {
        if (this.#known.size < KEPT) break;
        this.#known.delete(oldest);
      }
      this.#known.set(key, lines.length === 0 ? null : lines);
    } catch {
      // Nobody asked for it, so nobody is told; the next look asks again.
    } finally {
      this.#asking.delete(key);
    }
  }
}

export const transcripts = new Transcripts();
