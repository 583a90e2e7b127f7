/** What may stand at the cursor of a query; the shape the program answers in. */
export interface Suggestion {
  /** What to put there. Ends with a space when the token is whole after it. */
  insert: string;
  label: string;
  /** What it means; empty for a value seen in the data. */
  explanation: string;
  /** How many recordings have it, for a value seen in the data. */
  count: number | null;
}

export interface Completion {
  /** What a suggestion replaces, in UTF-16 units. */
  start: number;
  end: number;
  suggestions: readonly Suggestion[];
}
