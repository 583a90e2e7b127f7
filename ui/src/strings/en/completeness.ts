/** Words of the proof that nothing is missing. */
import { count } from './plural';

export const completeness = {
  title: 'Completeness',
  account: 'Account',
  intro: 'Day by day: what the provider says there is, and what is here.',
  loading: 'Counting the days',
  none: 'No recordings yet',
  noneText: 'Once this account was read, its days appear here.',
  /** The sentence at the top: all well, or how much is not. */
  verdict: {
    complete: (n: number) =>
      `Nothing is missing: the provider counts ${count(n, 'recording', 'recordings')}, and all are here.`,
    fewer: (says: number, has: number) =>
      `${count(says - has, 'recording is', 'recordings are')} missing: the provider counts ${new Intl.NumberFormat('en').format(says)}, this computer has ${new Intl.NumberFormat('en').format(has)}.`,
    more: (says: number, has: number) =>
      `This computer has ${new Intl.NumberFormat('en').format(has)} and the provider counts ${new Intl.NumberFormat('en').format(says)}: recordings were deleted there, or are new here since the last complete sync.`,
    unknown: 'The provider was not asked yet: sync this account to compare.',
  },
  undated: (n: number) => `${count(n, 'recording has', 'recordings have')} no time and belong to no day.`,
  lostTitle: (n: number) =>
    `${count(n, 'recording is', 'recordings are')} gone at the provider, with no copy here.`,
  ask: 'Ask the provider about this day',
  askMonth: 'Ask the provider',
  askMonthHint: (month: string) => `Ask the provider how many recordings each day of ${month} has`,
  find: 'Find the days',
  findHint: 'Asks the provider month by month, newest first, until each missing recording has its day',
  stop: 'Stop',
  fetch: 'Fetch what is missing',
  fetchDay: 'Fetch and show',
  fetchDayHint: 'Reads this day again at the provider, and shows its recordings',
  fetchHint: 'Syncs this account, then asks the provider about those days again',
  asking: (days: string) => `Asking the provider about ${days}`,
  unplaced: (n: number) => `${count(n, 'of them has', 'of them have')} no day yet.`,
  show: 'Show the recordings of this day',
  legend: 'Colours',
  plot: 'Days',
  table: 'Days as a table',
  onlyGaps: 'Only days with gaps',
  noGaps: 'No day of this month has a gap.',
  month: 'Month',
  previous: 'Earlier month',
  next: 'Later month',
  columns: {
    day: 'Day',
    provider: 'Provider says',
    indexed: 'Indexed',
    saved: 'Saved',
    gone: 'Gone',
    deleted: 'Deleted by us',
    missing: 'Missing',
    lost: 'Lost',
    actions: 'Actions',
  },
  kinds: {
    empty: 'No recordings',
    saved: 'All saved and verified',
    indexed: 'Indexed, not all saved',
    lost: 'Gone at the provider without a copy',
    missing: 'Missing here',
  },
  unknown: '–',
  unknownHint: 'The provider was not asked about this day',
  askedAt: (when: string) => `Asked ${when}`,
  zone: (name: string) => `Days of ${name}`,
  dayLabel: (day: string, what: string, indexed: number) =>
    `${day}: ${what}, ${count(indexed, 'recording', 'recordings')}`,
} as const;
