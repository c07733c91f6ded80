import type { Clock } from '../../clock.ts';
import type { Message } from '../message.ts';
import { Refusal } from './refusal.ts';
import { ok, route, type Route } from './route.ts';
import { newRow, type Store } from './store.ts';
import { timestamp } from './time.ts';

export interface GateOptions {
  /** What requests must bear as basic authentication, such as `admin:pass`; undefined: nothing. */
  readonly authString: string | undefined;
  /** Whether requests that change something must bear a token of `GET /csrf-token`. */
  readonly csrf: boolean;
}

const CSRF_TOKEN_MS = 3_600_000;

/** Lets requests to the API in, or not. */
export class Gate {
  readonly #options: GateOptions;
  readonly #clock: Clock;
  /** By their clients; until when they hold, in milliseconds since the epoch. */
  readonly #csrfTokens = new Map<string, { readonly token: string; readonly untilMs: number }>();

  constructor(options: GateOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** @throws Refusal when the request is not let in */
  check({ method, headers }: Message): void {
    const { authString, csrf } = this.#options;
    if (authString !== undefined) {
      const expected = `Basic ${Buffer.from(authString).toString('base64')}`;
      if (headers.authorization !== expected) throw new Refusal(401, { exception_message: 'Unauthorized' });
    }
    checkApiVersion(headers['x-prefect-api-version']);
    if (csrf && method !== 'GET') {
      this.#checkCsrf(headers['prefect-csrf-token'], headers['prefect-csrf-client']);
    }
  }

  #checkCsrf(token: unknown, client: unknown): void {
    if (token === undefined) throw new Refusal(403, { detail: 'Missing CSRF token.' });
    if (client === undefined) throw new Refusal(403, { detail: 'Missing client identifier.' });
    const given = typeof client === 'string' ? this.#csrfTokens.get(client) : undefined;
    if (given?.token !== token || given.untilMs <= this.#clock.now()) {
      throw new Refusal(403, { detail: 'Invalid CSRF token or client identifier.' });
    }
  }

  csrfRoute(store: Store): Route {
    return route('GET /csrf-token', ({ query }) => {
      const client = query.get('client') ?? '';
      if (!this.#options.csrf) throw new Refusal(422, { detail: 'CSRF protection is disabled.' });
      const token = store.newId();
      const untilMs = this.#clock.now() + CSRF_TOKEN_MS;
      this.#csrfTokens.set(client, { token, untilMs });
      return ok({ ...newRow(store), token, client, expiration: timestamp(untilMs) });
    });
  }
}

function checkApiVersion(header: unknown): void {
  if (typeof header !== 'string') return;
  const [major = 0, minor = 0] = header.split('.').map(Number);
  if (major === 0 && minor < 8) {
    const detail = `The request specified API version ${header} but this server requires version 0.8.0 or higher.`;
    throw new Refusal(400, { detail });
  }
}
