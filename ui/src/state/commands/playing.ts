/** Commands of the player. */
import { player } from '../player.svelte';
import { type Command, commandsOf, isPlayerOpen } from './command';

const command = commandsOf('player');
const STEP_MS = 10_000;

export const playingCommands: readonly Command[] = [
  command('playPause', isPlayerOpen, () => void player.toggle(), 'K'),
  command('back', isPlayerOpen, () => void player.skip(-STEP_MS), 'J'),
  command('forward', isPlayerOpen, () => void player.skip(STEP_MS), 'L'),
  command('mute', isPlayerOpen, () => void player.toggleMute(), 'M'),
  command('closePlayer', isPlayerOpen, () => void player.close()),
];
