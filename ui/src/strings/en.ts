/**
 * All words a person reads, by key: one file an area, joined here. A translation is a copy of this tree with the same
 * shape. Words that hold a number or a name are functions, so that each language can order and inflect them.
 */
import { accounts } from './en/accounts';
import { commands } from './en/commands';
import { common } from './en/common';
import { dates } from './en/dates';
import { deletion } from './en/deletion';
import { details } from './en/details';
import { errors } from './en/errors';
import { exports } from './en/exports';
import { frame } from './en/frame';
import { library } from './en/library';
import { palette } from './en/palette';
import { player } from './en/player';
import { settings } from './en/settings';
import { transfers } from './en/transfers';
import { welcome } from './en/welcome';

export const t = {
  accounts,
  commands,
  common,
  dates,
  deletion,
  details,
  errors,
  exports,
  frame,
  library,
  palette,
  player,
  settings,
  transfers,
  welcome,
} as const;
