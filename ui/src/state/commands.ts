/**
 * Everything that can be done from anywhere, once: the palette lists it, keys start it; menus and buttons share its actions.
 */
import type { Command } from './commands/command';
import { accountCommands, goingCommands } from './commands/going';
import { lookingCommands } from './commands/looking';
import { playingCommands } from './commands/playing';
import { recordingCommands } from './commands/recordings';

export type { Command } from './commands/command';

export const commands: readonly Command[] = [
  ...recordingCommands,
  ...goingCommands,
  ...accountCommands,
  ...lookingCommands,
  ...playingCommands,
];
