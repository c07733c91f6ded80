import { seededRandom } from '../../../../src/sandbox/seeded-random.ts';
import { createStore } from '../../../../src/sandbox/prefect1/store.ts';
import type { Store } from '../../../../src/sandbox/prefect1/store.ts';
import { uuids } from '../../../../src/sandbox/uuids.ts';

const startMs = Date.parse('2026-11-23T08:00:00Z');

/** An empty store at `startMs`, whose clock moves only by `pass`. */
export function newStore(versionLocking = false): { store: Store; pass: (ms: number) => void } {
  let nowMs = startMs;
  const store = createStore({
    clock: { now: () => nowMs, sleep: () => Promise.resolve() },
    newId: uuids(seededRandom('test')),
    versionLocking,
  });
  return { store, pass: (ms) => (nowMs += ms) };
}

/** ISO 8601, so many seconds after `startMs`. */
export function at(seconds: number): string {
  return new Date(startMs + seconds * 1000).toISOString();
}
