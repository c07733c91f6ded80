import type { Clock } from '../clock.ts';
import { CallRate } from './call-rate.ts';

/**
 * Calls at once, then a second, for each bucket of AWS's quotas. They are the account's, so reading leaves
 * a part to the agent that is at work meanwhile (AWS: 50, 20 and 100, 20). Changing shares its bucket (20, 1)
 * with RegisterTaskDefinition: without a burst, the agent's own burst stays full.
 */
const PACES = {
  readDefinitions: [25, 15],
  readTasks: [50, 15],
  changeDefinitions: [1, 1],
} as const satisfies Record<string, readonly [burst: number, perSecond: number]>;

/** Waits before a throttled call is made again, in milliseconds, after what the sender has tried. */
const THROTTLE_WAITS_MS = [2000, 4000, 8000, 16_000] as const;

/** Calls that have time: paced below AWS's quotas, and made again when AWS throttles them all the same. */
export class PatientCalls {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #paces: Readonly<Record<keyof typeof PACES, CallRate>>;

  /** @param signal ends every wait, between calls too. */
  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
    const pace = ([burst, perSecond]: readonly [number, number]) =>
      new CallRate(clock, { burst, perSecond, isLimit: true });
    this.#paces = {
      readDefinitions: pace(PACES.readDefinitions),
      readTasks: pace(PACES.readTasks),
      changeDefinitions: pace(PACES.changeDefinitions),
    };
  }

  /** @throws the signal's reason, or what the fifth attempt at most throws. */
  async call<T>(bucket: keyof typeof PACES, send: () => Promise<T>): Promise<T> {
    for (const waitMs of THROTTLE_WAITS_MS) {
      await this.#paces[bucket].turn(this.#signal);
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'ThrottlingException') throw error;
        await this.#clock.sleep(waitMs, this.#signal);
      }
    }
    await this.#paces[bucket].turn(this.#signal);
    return send();
  }
}
