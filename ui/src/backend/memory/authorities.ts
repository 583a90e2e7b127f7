/** The file of certificates that a person picks and the one that is set, with what can be wrong with either. */
import type { AuthorityFile } from '../../ipc/app';
import { fail, type World } from './world';

const KEY =
  'This is a private key, which nobody but its owner should have. What is needed is the certificate of the authority, as a PEM file.';

export class Authorities {
  #picks = 0;

  constructor(readonly world: World) {}

  /** In the world of `badcafile` the first file is none; whoever asks once more after a good one changes their mind. */
  choose(): AuthorityFile | null {
    const { scenario, what } = this.world.options;
    const pick = this.#picks++ - (scenario === 'badcafile' ? 1 : 0);
    if (pick < 0) fail({ code: 'invalid', field: 'caFile', what: what || KEY });
    return pick === 0 ? { path: '/home/you/certificates/company-authorities.pem', certificates: 2 } : null;
  }

  /** As it is now: in the world of `lostcafile` it has gone. */
  current(): AuthorityFile | null {
    const { caFile } = this.world.settings;
    if (caFile === '') return null;
    if (this.world.options.scenario === 'lostcafile') {
      const what = `The file ${caFile} cannot be read: No such file or directory (os error 2).`;
      fail({ code: 'invalid', field: 'caFile', what });
    }
    return { path: caFile, certificates: 2 };
  }
}
