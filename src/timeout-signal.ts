import type { Clock } from './clock.ts';

export interface TimeoutSignal extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * A signal that aborts after `ms` of the handed-in clock, or as soon as `parent` does.
 * `AbortSignal.timeout` knows only the real clock. Dispose it, or its timer keeps the process alive.
 */
export function timeoutSignal(clock: Clock, ms: number, reason: Error, parent?: AbortSignal): TimeoutSignal {
  const timer = new AbortController();
  const expired = new AbortController();
  clock.sleep(Math.max(0, ms), timer.signal).then(
    () => {
      expired.abort(reason);
    },
    () => undefined,
  );
  const signal = parent === undefined ? expired.signal : AbortSignal.any([parent, expired.signal]);
  return {
    signal,
    [Symbol.dispose]: () => {
      timer.abort();
    },
  };
}
