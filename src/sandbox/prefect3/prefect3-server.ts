import type { Clock } from '../../clock.ts';
import type { FaultPlan } from '../faults.ts';
import { Intake } from '../intake.ts';
import type { Message, Reply } from '../message.ts';
import { serveLocally } from '../serve.ts';
import { idMaker } from '../uuids.ts';
import { Gate } from './gate.ts';
import { createRestApi, type RecordedRequest } from './rest-api.ts';
import type { Result } from './route.ts';
import { type StoreAccess, storeAccess } from './store-access.ts';
import { createStore, type Store } from './store.ts';

export interface Prefect3Options {
  readonly clock: Clock;
  /** Makes the ids the same in every run. Default: random ids. */
  readonly seed?: number;
  /** Which server it is. Default `3.8.8`; `2.20` and the like: one of Prefect 2. */
  readonly version?: string;
  /** What requests must bear as basic authentication, such as `admin:pass`. Default: nothing. */
  readonly authString?: string;
  /** Whether requests that change something must bear a CSRF token. Default false. */
  readonly csrf?: boolean;
  /**
   * What goes wrong with which request, by operations such as `POST /flow_runs/{id}/set_state`. Default: nothing.
   * A fault of the kind `error` is a 503 with its message, as SQLite's lock gives it.
   */
  readonly faults?: FaultPlan;
}

/** An API, and its store for seeding and reading. */
export interface EmbeddedPrefect3 extends StoreAccess {
  /** Answers a request as if it came over HTTP. Never rejects. */
  readonly answer: (message: Message) => Promise<Reply>;
  /** The last 10,000 requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** How many requests of each operation have come. */
  readonly calls: Readonly<Record<string, number>>;
  /**
   * Carries a request out without credentials, faults and a record, for what has no method here.
   * @param path below `/api`.
   * @returns the body of the answer
   * @throws RangeError when the API refuses it
   */
  send(method: string, path: string, body?: unknown): unknown;
}

/** An API that listens on 127.0.0.1. */
export interface Prefect3Sandbox extends EmbeddedPrefect3, AsyncDisposable {
  /** Its PREFECT_API_URL, which ends in `/api`. */
  readonly endpoint: string;
  /** Drops the open connections. The store stays readable. */
  close(): Promise<void>;
}

// Prefect Cloud's; a server of one's own has none.
const MAX_BODY_BYTES = 5 * 1024 * 1024;

/**
 * An embedded Prefect 3 API without a socket: an instrument for tests, in memory, of what a worker needs.
 * @param closing ends the delays that faults ask for. Default: nothing does.
 */
export function createPrefect3(
  options: Prefect3Options,
  closing = new AbortController().signal,
): EmbeddedPrefect3 {
  const { clock, seed, version = '3.8.8', authString, csrf = false, faults } = options;
  const store = createStore({ clock, newId: idMaker(seed), version });
  const prepare = createRestApi(store, new Gate({ authString, csrf }, clock));
  const intake = new Intake<RecordedRequest>({ service: 'prefect', clock, faults, closing });
  const { requests, calls } = intake;
  const answer = (message: Message): Promise<Reply> => {
    const { request, serve } = prepare(message);
    return intake.take(request, (fault) =>
      fault?.kind === 'error'
        ? toAnswer({ status: 503, body: { exception_message: fault.message } })
        : toAnswer(serve()),
    );
  };
  return { answer, requests, calls, send: sender(store), ...storeAccess(store) };
}

/** Starts an embedded Prefect 3 API on 127.0.0.1, for tests and demonstrations. */
export async function startPrefect3(options: Prefect3Options): Promise<Prefect3Sandbox> {
  const closing = new AbortController();
  const api = createPrefect3(options, closing.signal);
  const { endpoint, close } = await serveLocally({
    answer: api.answer,
    maxBodyBytes: MAX_BODY_BYTES,
    tooLarge: toAnswer({ status: 413, body: { detail: 'Request Entity Too Large' } }),
    closing,
  });
  return { ...api, endpoint: `${endpoint}/api`, close, [Symbol.asyncDispose]: close };
}

function sender(store: Store): EmbeddedPrefect3['send'] {
  const prepare = createRestApi(store, new Gate({ authString: undefined, csrf: false }, store.clock));
  return (method, path, body = {}) => {
    const message = { method, url: `/api${path}`, headers: {}, body: JSON.stringify(body) };
    const result = prepare(message).serve();
    if (result.status < 300) return result.body;
    throw new RangeError(`${method} ${path}: ${result.status} ${JSON.stringify(result.body)}`);
  };
}

function toAnswer({ status, body, location }: Result & { readonly location?: string }) {
  const json = body === undefined ? undefined : { 'content-type': 'application/json' };
  return {
    status,
    headers: { ...json, ...(location !== undefined && { location }) },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}
