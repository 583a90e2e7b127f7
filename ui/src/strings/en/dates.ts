/** Words inside dates. */
export const dates = {
  today: 'Today',
  yesterday: 'Yesterday',
  /** Sunday first, as `Date.getUTCDay` counts. */
  weekdays: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
  months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
} as const;
