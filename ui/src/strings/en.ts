/**
 * All words a person reads, by key: one file an area, joined here. A translation is a copy of this tree with the same
 * shape. Words that hold a number or a name are functions, so that each language can order and inflect them.
 */
import { accounts } from './en/accounts';
import { annotations } from './en/annotations';
import { commands } from './en/commands';
import { common } from './en/common';
import { completeness } from './en/completeness';
import { copies } from './en/copies';
import { dates } from './en/dates';
import { deletion } from './en/deletion';
import { details } from './en/details';
import { errors } from './en/errors';
import { exportJobs } from './en/exportJobs';
import { exportList } from './en/exportList';
import { exports } from './en/exports';
import { frame } from './en/frame';
import { library } from './en/library';
import { palette } from './en/palette';
import { places } from './en/places';
import { player } from './en/player';
import { query } from './en/query';
import { settings } from './en/settings';
import { transfers } from './en/transfers';
import { views } from './en/views';
import { welcome } from './en/welcome';

export const t = {
  accounts,
  annotations,
  commands,
  common,
  completeness,
  copies,
  dates,
  deletion,
  details,
  errors,
  exportJobs,
  exportList,
  exports,
  frame,
  library,
  palette,
  places,
  player,
  query,
  settings,
  transfers,
  views,
  welcome,
} as const;
