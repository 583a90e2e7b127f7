/** Made-up buckets: the ones that were added in this visit, and a check that always knows its answer. */
import type { PlaceReport, PlaceView, SavedPlace, SavePlace } from '../../ipc/places';
import type { ChosenFolder } from '../../ipc/transfers';
import { fail, type World } from './world';

const TOKEN = 'place:';

export class Places {
  #places: PlaceView[] = [];

  constructor(readonly world: World) {}

  list(): PlaceView[] {
    return structuredClone(this.#places);
  }

  /** Refuses what the program refuses too, and a secret that says `wrong`. */
  save(request: SavePlace): SavedPlace {
    const { id, label, endpoint, region, bucket, prefix, pathStyle, accessKeyId, secret } = request;
    if (label.trim() === '') invalid('label', 'Give the bucket a name of your own.');
    if (bucket.trim() === '')
      invalid('bucket', 'A bucket’s name has letters, digits, dots and hyphens only.');
    if (endpoint === '' && region === '') invalid('region', 'Amazon’s buckets need their region.');
    if (endpoint.startsWith('http://') && !/^http:\/\/(127\.|localhost)/.test(endpoint))
      invalid('endpoint', 'This address is not encrypted. Use https://.');
    const known = this.#places.find((place) => place.id === id);
    if (known === undefined && accessKeyId === '') invalid('accessKeyId', 'Write the access key id.');
    this.world.needKeyring(request.sessionOnly);
    if (request.sessionToken === 'expired')
      invalid('sessionToken', 'The temporary access key has expired; enter a new one.');
    if (secret === 'wrong') invalid('secret', 'The server does not accept this access key and secret.');
    const host = endpoint === '' ? '' : ` at ${new URL(endpoint).hostname}`;
    const place: PlaceView = {
      id: known?.id ?? `place-${this.#places.length + 1}`,
      label: label.trim(),
      address: `s3://${[bucket, prefix].filter((part) => part !== '').join('/')}${host}`,
      endpoint,
      region,
      bucket,
      prefix,
      pathStyle,
      secret: request.sessionOnly ? 'session' : 'keyring',
      copies: known?.copies ?? 0,
    };
    this.#places =
      known === undefined
        ? [...this.#places, place]
        : this.#places.map((other) => (other.id === place.id ? place : other));
    return { place: { ...place }, remarks: [] };
  }

  check(id: string): PlaceReport {
    const { label } = this.#find(id);
    const offline = this.world.options.scenario === 'offline';
    return { problem: offline ? `It cannot be reached: no answer from ${label}.` : null, remarks: [] };
  }

  remove(id: string): void {
    this.#find(id);
    this.#places = this.#places.filter((place) => place.id !== id);
  }

  choose(id: string): ChosenFolder {
    const { label, address } = this.#find(id);
    return { token: `${TOKEN}${id}`, path: `${label} (${address})`, freeBytes: null, placeId: id };
  }

  /** What a token stands for, if it is that of a bucket. */
  of(token: string): PlaceView | undefined {
    return this.#places.find(({ id }) => token === `${TOKEN}${id}`);
  }

  #find(id: string): PlaceView {
    const found = this.#places.find((place) => place.id === id);
    return found ?? fail({ code: 'stale', what: 'This bucket was removed from the settings.' });
  }
}

const invalid = (field: string, what: string): never => fail({ code: 'invalid', field, what });
