/** Words of notes, tags, stars and holds. */
import { within } from './dates';
import { count } from './plural';

export const annotations = {
  section: 'Your notes',
  star: 'Star',
  unstar: 'Remove the star',
  starred: 'Starred',
  tags: 'Tags',
  tagsHint: 'Enter or a comma ends a tag.',
  tagList: 'Tags of this recording',
  removeTag: (tag: string) => `Remove the tag ${tag}`,
  addTag: 'Add a tag',
  note: 'Note',
  notePlaceholder: 'Write a note',
  noteSaved: 'Saved',
  noteUnsaved: 'Not saved yet',
  hold: 'Put on hold…',
  release: 'Release…',
  held: (name: string) => `On hold: ${name}`,
  heldBy: (who: string, when: string) => `${who}, ${within(when)}`,
  heldShort: 'On hold',
  dialog: {
    title: (n: number) => (n === 1 ? 'Edit the recording' : `Edit ${count(n, 'recording', 'recordings')}`),
    tabs: 'What to change',
    tabTags: 'Tags and star',
    tabNote: 'Note',
    addTags: 'Add tags',
    addTagsList: 'Tags to add',
    removeTags: 'Remove tags',
    removeTagsList: 'Tags to remove',
    star: 'Star',
    keep: 'Leave as it is',
    on: 'Star them',
    off: 'Remove the star',
    note: 'Note',
    replaceNote: 'Replace the note',
    replaceHint: 'The note of each recording is replaced; empty removes it.',
    submit: (n: number) => (n === 1 ? 'Change it' : `Change ${count(n, 'recording', 'recordings')}`),
    nothing: 'Nothing is to be changed yet.',
  },
  holdDialog: {
    title: (n: number) => (n === 1 ? 'Put on hold' : `Put ${count(n, 'recording', 'recordings')} on hold`),
    subtitle: 'Nothing here deletes a recording on hold: not a person, not a rule.',
    name: 'Name',
    nameHint: 'What it is for, such as “Case 2026-14”. Searchable.',
    nameMissing: 'A hold needs a name.',
    reason: 'Reason',
    reasonMissing: 'A hold needs a reason.',
    replaces: (n: number) =>
      `${count(n, 'recording is on hold already: its name and reason are', 'recordings are on hold already: their names and reasons are')} replaced.`,
    submit: 'Put on hold',
  },
  releaseDialog: {
    title: (n: number) => (n === 1 ? 'Release the hold' : `Release ${count(n, 'recording', 'recordings')}`),
    text: (n: number) =>
      n === 1
        ? 'The recording can be deleted again, by a person or by a rule.'
        : 'These recordings can be deleted again, by a person or by a rule.',
    submit: 'Release',
  },
  done: (n: number) => (n === 0 ? 'Nothing changed' : `${count(n, 'recording', 'recordings')} changed`),
  undo: 'Undo',
} as const;
