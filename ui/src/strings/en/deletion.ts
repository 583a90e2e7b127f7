/** Words of deleting recordings at the provider. */
import { count } from './plural';

export const deletion = {
  title: (n: number) => `Delete ${count(n, 'recording', 'recordings')} at the provider?`,
  titleLoading: 'Delete at the provider?',
  cannotUndo: (n: number) =>
    `This cannot be undone: neither Tapeshelf nor the provider can bring ${n === 1 ? 'it' : 'them'} back.`,
  amounts: (length: string) => `${length} of calls.`,
  saved: (n: number) =>
    `${count(n, 'has', 'have')} a verified copy. Each copy is checked again right before its recording is deleted.`,
  unsaved: (n: number) => `${count(n, 'has', 'have')} no verified copy on this computer.`,
  unsavedKept: (n: number) => `${n === 1 ? 'It stays' : 'They stay'} at the provider.`,
  gone: (n: number) => `${count(n, 'is', 'are')} gone at the provider already.`,
  held: (n: number) => `${count(n, 'is', 'are')} on hold, and ${n === 1 ? 'stays' : 'stay'} at the provider.`,
  mayNot: (account: string, why: string | null) =>
    `${account} may not delete: its recordings stay at the provider.${why === null ? '' : ` ${why}`}`,
  withoutCopy: (n: number) => `Delete the ${count(n, 'recording', 'recordings')} without a copy too`,
  withoutCopyHint: (n: number) => `${n === 1 ? 'It' : 'They'} will be lost for good.`,
  nothing:
    'Nothing to delete: none of them has a verified copy. Download them first, or choose to delete without one.',
  nothingHeld: 'Nothing to delete: all of them are on hold.',
  downloadFirst: 'Download first…',
  reason: 'Reason',
  reasonHint: 'Kept with the record of this deletion.',
  type: (n: string) => `Type ${n} to confirm`,
  typeHint: 'The number of recordings that will be deleted.',
  typeWrong: (n: string) => `That is not ${n}.`,
  submit: (n: number) => `Delete ${count(n, 'recording', 'recordings')}`,
  submitLoading: 'Delete',
  enterHint: 'Enter never deletes. Press Space or click.',
  running: 'Deleting…',
  runningText: 'Each copy is checked, then its recording is deleted. Please keep Tapeshelf open.',
  doneTitle: 'Deletion finished',
  deleted: (n: number) => `${count(n, 'recording was', 'recordings were')} deleted at the provider.`,
  alreadyGone: (n: number) => `${count(n, 'was', 'were')} gone already.`,
  keptTitle: (n: number) => `${count(n, 'recording was', 'recordings were')} kept:`,
  unknownTitle: (n: number) =>
    `${count(n, 'answer was', 'answers were')} lost: ${n === 1 ? 'it' : 'each'} may be gone or not. Tapeshelf asks again at the next start.`,
  keptOne: 'Recording',
  copiesStay: 'Copies on this computer are untouched.',
  toast: (n: number) => `${count(n, 'recording', 'recordings')} deleted at the provider`,
} as const;
