import type { Clock } from '../../clock.ts';
import type { FaultPlan } from '../faults.ts';
import { Intake } from '../intake.ts';
import type { Message, Reply } from '../message.ts';
import { serveLocally } from '../serve.ts';
import { idMaker } from '../uuids.ts';
import { createGraphqlApi } from './graphql-api.ts';
import { answerMessage, refusal } from './http-handler.ts';
import type { RecordedRequest } from './http-handler.ts';
import { BadRequest } from './request-body.ts';
import { storeAccess } from './store-access.ts';
import type { StoreAccess } from './store-access.ts';
import { createStore } from './store.ts';

export interface Prefect1Options {
  readonly clock: Clock;
  /** Makes the ids the same in every run. Default: random ids. */
  readonly seed?: number;
  /** Makes it Prefect Cloud, where every request must bear this key. Default: Prefect Server, which has none. */
  readonly apiKey?: string;
  /** Prefect Cloud's check of versions. Default: false. */
  readonly versionLocking?: boolean;
  /** What goes wrong with which request. Default: nothing. */
  readonly faults?: FaultPlan;
}

// The genuine server's default.
const MAX_BODY_BYTES = 5 * 1024 * 1024;

/** An API, and its store for seeding and reading. */
export interface EmbeddedPrefect1 extends StoreAccess {
  /** Answers a request as if it came over HTTP. Never rejects. */
  readonly answer: (message: Message) => Promise<Reply>;
  /** The last 10,000 GraphQL requests, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** How many requests of each operation have come. */
  readonly calls: Readonly<Record<string, number>>;
}

/** An API that listens on 127.0.0.1. */
export interface Prefect1Sandbox extends EmbeddedPrefect1, AsyncDisposable {
  /** The GraphQL endpoint. */
  readonly endpoint: string;
  /** Drops the open connections. The store stays readable. */
  close(): Promise<void>;
}

/**
 * An embedded Prefect 1 API without a socket: an instrument for tests, in memory and without users.
 * @param closing ends the delays that faults ask for. Default: nothing does.
 */
export function createPrefect1(
  options: Prefect1Options,
  closing = new AbortController().signal,
): EmbeddedPrefect1 {
  const { clock, seed, apiKey, versionLocking = false, faults } = options;
  const store = createStore({ clock, newId: idMaker(seed), versionLocking });
  const prepare = createGraphqlApi(store, apiKey === undefined ? 'server' : 'cloud');
  const intake = new Intake<RecordedRequest>({ service: 'prefect', clock, faults, closing });
  const { requests, calls } = intake;
  const answer = (message: Message) => answerMessage({ prepare, apiKey, intake }, message);
  return { answer, requests, calls, ...storeAccess(store) };
}

/** Starts an embedded Prefect 1 API on 127.0.0.1, for tests and demonstrations. */
export async function startPrefect1(options: Prefect1Options): Promise<Prefect1Sandbox> {
  const closing = new AbortController();
  const api = createPrefect1(options, closing.signal);
  const { endpoint, close } = await serveLocally({
    answer: api.answer,
    maxBodyBytes: MAX_BODY_BYTES,
    tooLarge: refusal(new BadRequest(413, 'request entity too large')),
    closing,
  });
  return { ...api, endpoint, close, [Symbol.asyncDispose]: close };
}
