/**
 * Messages that float for a while. Good news leaves by itself; an error stays until somebody has dismissed it, because
 * nobody should miss it by looking away.
 */
import { type Detail, explain } from '../lib/errors';

const GOOD_NEWS_MS = 6_000;
const MOST_AT_ONCE = 4;

export interface ToastMessage {
  id: number;
  tone: 'info' | 'good' | 'danger';
  title: string;
  text?: string | undefined;
  details?: readonly Detail[] | undefined;
  action?: { label: string; run: () => void } | undefined;
  /** What it tells of, when that can change while the message is in sight. */
  topic?: string | undefined;
}

class Toasts {
  list = $state.raw<readonly ToastMessage[]>([]);
  #nextId = 1;
  #timers = new Map<number, ReturnType<typeof setTimeout>>();

  /** Shows a message. The same words twice replace each other, so that a flapping network is one message. */
  show(message: Omit<ToastMessage, 'id'>): void {
    const twin = this.list.find((old) => old.title === message.title && old.text === message.text);
    if (twin) this.dismiss(twin.id);
    const id = this.#nextId++;
    for (const old of this.list.slice(0, Math.max(0, this.list.length + 1 - MOST_AT_ONCE)))
      this.dismiss(old.id);
    this.list = [...this.list, { ...message, id }];
    this.hold(id, false);
  }

  /** Explains an error. A person's own "cancel" is no news. */
  fail(error: unknown, action?: ToastMessage['action']): void {
    const explanation = explain(error);
    if (explanation.code === 'cancelled') return;
    this.show({
      tone: 'danger',
      title: explanation.title,
      text: [explanation.what, explanation.next].filter((sentence) => sentence !== null).join(' '),
      details: explanation.details,
      action,
    });
  }

  /** While held (the pointer or the focus is on it) a message does not leave. */
  hold(id: number, held: boolean): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    const message = this.list.find((one) => one.id === id);
    if (held || !message || message.tone === 'danger') return;
    this.#timers.set(
      id,
      setTimeout(() => this.dismiss(id), GOOD_NEWS_MS),
    );
  }

  /** What a message tells of has changed: it says so, or leaves when there is nothing left to say. */
  amend(topic: string, news: Partial<Omit<ToastMessage, 'id'>> | null): void {
    const message = this.list.find((one) => one.topic === topic);
    if (!message) return;
    if (news === null) {
      this.dismiss(message.id);
      return;
    }
    const isHeld = message.tone !== 'danger' && !this.#timers.has(message.id);
    this.list = this.list.map((one) => (one === message ? { ...one, ...news } : one));
    this.hold(message.id, isHeld);
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((message) => message.id !== id);
  }
}

export const toasts = new Toasts();
