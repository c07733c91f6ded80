import type { EmbeddedPrefect3 } from '../../../src/sandbox/prefect3/prefect3-server.ts';
import type { Choices } from '../choices.ts';
import type { PrefectWorldOptions } from '../prefect-world.ts';
import { executeFlowRun } from './flow-process.ts';

export interface RivalsOptions extends Pick<PrefectWorldOptions, 'clock' | 'records' | 'isPlayed'> {
  readonly api: EmbeddedPrefect3;
  readonly choices: Choices;
}

/** Another worker of the same pool, which may take a due run just after the agent has seen it. */
export class Rivals {
  readonly #options: RivalsOptions;
  #count = 0;

  constructor(options: RivalsOptions) {
    this.#options = options;
  }

  /** Somebody has been told of the due runs. */
  async looked(): Promise<void> {
    const { choices, clock, api, isPlayed } = this.#options;
    const isHit = choices.chance(0.3);
    const [which, delayMs] = [choices.random(), choices.between(0, 400)];
    if (!isHit || !isPlayed('rivals')) return;
    await clock.sleep(delayMs);
    const due = api.flowRuns().filter(({ state, next_scheduled_start_time: time }) => {
      return state.type === 'SCHEDULED' && Date.parse(time ?? '') <= clock.now();
    });
    const run = due[Math.floor(which * due.length)];
    if (run !== undefined) await this.#take(run.id);
  }

  async #take(id: string): Promise<void> {
    const { choices, clock, api, records } = this.#options;
    const place = `rival-${(this.#count += 1)}`;
    const [startMs, flowMs] = [
      choices.pick([0, choices.between(0, 30_000)]),
      choices.pick([0, choices.between(0, 30_000)]),
    ];
    const { status } = records.by('rival', () => api.setFlowRunState(id, { type: 'PENDING' }));
    if (status !== 'ACCEPT') return;
    await clock.sleep(startMs);
    const stop = new AbortController().signal;
    const exitCode = await executeFlowRun(id, { clock, api, records, place, flowMs, stop });
    // A worker whose process has crashed says so itself.
    if (exitCode !== 0)
      records.by('rival', () =>
        api.setFlowRunState(id, { type: 'CRASHED', message: 'Its process has crashed.' }),
      );
  }
}
