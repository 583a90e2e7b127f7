/** Made-up rules that keep saving: kept in memory, run on request. */
import type { AutoSaveRule, RuleTally, SaveRule } from '../../ipc/autosave';
import type { Catalogue } from './catalogue';
import type { Downloads } from './downloads';
import { NO_OPTIONS } from './transferJob';
import { fail } from './world';

export class Rules {
  #rules: AutoSaveRule[] = [
    {
      id: 'rule-1',
      label: 'Everything new to the archive',
      query: { text: '', accountId: null, view: 'new' },
      folder: '/home/you/Recordings',
      placeId: null,
      template: '{date}/{time}_{from}_{to}_{id}',
      options: { ...NO_OPTIONS, checksums: true },
      enabled: true,
      last: {
        atMs: Date.now() - 130_000,
        matched: 12,
        saved: 10,
        moving: 0,
        leftOut: 1,
        queued: 1,
        problem: null,
      },
    },
  ];
  #next = 2;

  constructor(
    readonly catalogue: Catalogue,
    readonly downloads: Downloads,
  ) {}

  list(): AutoSaveRule[] {
    return structuredClone(this.#rules);
  }

  save(request: SaveRule): AutoSaveRule {
    if (request.label.trim() === '') fail({ code: 'invalid', field: 'label', what: 'Give the rule a name.' });
    const known = this.#rules.find(({ id }) => id === request.id);
    const { folderToken, ...rest } = request;
    const place = this.downloads.places.of(folderToken ?? '');
    const rule: AutoSaveRule = {
      ...rest,
      id: known?.id ?? `rule-${this.#next++}`,
      folder: folderToken === null ? (known?.folder ?? '') : (place?.label ?? this.downloads.folder().path),
      placeId: folderToken === null ? (known?.placeId ?? null) : (place?.id ?? null),
      last: known?.last ?? null,
    };
    this.#rules =
      known === undefined ? [...this.#rules, rule] : this.#rules.map((old) => (old === known ? rule : old));
    return structuredClone(rule);
  }

  remove(ruleId: string): void {
    this.#rules = this.#rules.filter(({ id }) => id !== ruleId);
  }

  run(ruleId: string): RuleTally {
    const rule =
      this.#rules.find(({ id }) => id === ruleId) ?? fail({ code: 'stale', what: 'No such rule.' });
    const { snapshot } = this.catalogue.search({
      ...rule.query,
      sort: 'when',
      descending: true,
      thenBy: [],
    });
    const rows = Array.from(this.catalogue.rowsOf(snapshot), (key) => this.catalogue.world.facts(key));
    const wanted = rows.filter(({ state, gone }) => state === 'notSaved' && !gone);
    const tally: RuleTally = {
      atMs: Date.now(),
      matched: rows.length,
      saved: rows.filter(({ state }) => state === 'verified' || state === 'remarked').length,
      moving: rows.filter(({ state }) => state === 'moving').length,
      leftOut: rows.filter(({ state, gone }) => state === 'failed' || (gone && state === 'notSaved')).length,
      queued: wanted.length,
      problem: null,
    };
    if (wanted.length > 0) {
      this.downloads.start({
        selection: { kind: 'keys', keys: wanted.map(({ key }) => key) },
        folderToken: rule.placeId === null ? 'folder-1' : this.downloads.places.choose(rule.placeId).token,
        template: rule.template,
        options: rule.options,
        priority: 'low',
      });
    }
    rule.last = tally;
    return tally;
  }
}
