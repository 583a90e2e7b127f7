/** Words inside dates. */
export const dates = {
  today: 'Today',
  yesterday: 'Yesterday',
  /** Sunday first, as `Date.getUTCDay` counts. */
  weekdays: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
  longWeekdays: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  longMonths: [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ],
  months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
} as const;

/** An instant inside a sentence, where its first word has no capital: `today 14:02`. */
export function within(when: string): string {
  const day = [dates.today, dates.yesterday].find((name) => when.startsWith(name));
  return day === undefined ? when : `${day.toLowerCase()}${when.slice(day.length)}`;
}
