import type { Clock } from '../clock.ts';
import { type Check, failed, ok, unknown, warning } from './check.ts';

/** A Date header has whole seconds, and its answer takes time. */
const MAX_SKEW_MS = 5000;

/** AWS refuses signatures that are older or newer. */
const MAX_SIGNED_SKEW_MS = 300_000;

const ADVICE = 'Set the clock by NTP on the one that is wrong: start times are compared by both.';

/** Whether this machine and the Prefect API have the same time. */
export function clockCheck(api: string, clock: Clock, send: typeof fetch): Check {
  return {
    name: 'clock',
    run: async (signal) => {
      const sentMs = clock.now();
      const response = await send(api, { method: 'HEAD', redirect: 'manual', signal }).catch(() => undefined);
      signal.throwIfAborted();
      if (response === undefined) return unknown('the Prefect API could not be reached');
      const date = Date.parse(response.headers.get('date') ?? '');
      if (Number.isNaN(date)) return unknown('the Prefect API does not say what time it has');
      // The middle of the way there and back.
      const skewMs = (sentMs + clock.now()) / 2 - (date + 500);
      const text = `this machine is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs < 0 ? 'behind' : 'ahead of'} the Prefect API`;
      if (Math.abs(skewMs) <= MAX_SKEW_MS) return ok('the same here and at the Prefect API');
      return Math.abs(skewMs) <= MAX_SIGNED_SKEW_MS ? warning(text, ADVICE) : failed(text, ADVICE);
    },
  };
}
