import { AwsError } from '../../src/errors.ts';
import type { ControlRecord, ControlStore } from '../../src/control/control-record.ts';
import { MemoryControlStore } from '../../src/control/memory-control-store.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { Choices } from './choices.ts';
import type { Environment } from './environment.ts';
import type { Trace } from './trace.ts';

export interface ControlOptions {
  readonly world: VirtualClock;
  readonly trace: Trace;
  readonly choices: Choices;
  /** Whether a request fails now. */
  readonly fails: () => boolean;
}

/** The one item of the control table, and the requests for it. */
export class Control {
  readonly #store = new MemoryControlStore();
  readonly #options: ControlOptions;

  constructor(options: ControlOptions) {
    this.#options = options;
  }

  /** What stands in it, without a request. */
  record(): Promise<ControlRecord> {
    return this.#store.read();
  }

  /** The store as a process sees it. */
  seenFrom(env: Environment, onRead: (record: ControlRecord) => void): ControlStore {
    const read = async (what: string, effect: () => Promise<ControlRecord>) => {
      const record = await this.#travel(env, what, effect);
      onRead(record);
      return record;
    };
    return {
      read: () => read('read', () => this.#store.read()),
      begin: (untilMs) => read('write', () => this.#store.begin(untilMs)),
      replace: (previous, next) => this.#travel(env, 'write', () => this.#store.replace(previous, next)),
      poke: () => this.#travel(env, 'write', () => this.#store.poke()),
      pause: (pause) => this.#travel(env, 'write', () => this.#store.pause(pause)),
      replaceStops: (previous, next) =>
        this.#travel(env, 'write', () => this.#store.replaceStops(previous, next)),
    };
  }

  async #travel<T>(env: Environment, what: string, effect: () => Promise<T>): Promise<T> {
    const { world, trace, choices, fails } = this.#options;
    await env.step();
    await world.sleep(choices.between(2, 20));
    const fault = fails() ? choices.pick(['before', 'after'] as const) : undefined;
    const work = async () => {
      if (fault === 'before') throw new AwsError('DynamoDB is down.');
      const done = await effect();
      await world.sleep(choices.between(2, 20));
      if (fault === 'after') throw new AwsError('DynamoDB did not answer.');
      return done;
    };
    if (fault !== undefined) {
      trace.note(env.name, `can't ${what} the control record, ${fault} the effect`);
      env.lostControl = true;
    }
    try {
      return await work();
    } finally {
      await env.step();
    }
  }
}
