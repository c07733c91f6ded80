import {
  type ControlRecord,
  type ControlStore,
  EMPTY_RECORD,
  type Pause,
  type PollMemory,
  type Stops,
} from './control-record.ts';

/** Keeps the control record as long as the process lives. */
export class MemoryControlStore implements ControlStore {
  #record = EMPTY_RECORD;

  async read(): Promise<ControlRecord> {
    return Promise.resolve(this.#record);
  }

  async begin(untilMs: number): Promise<ControlRecord> {
    return this.#change({ pollingUntilMs: untilMs });
  }

  async replace(previous: ControlRecord, next: PollMemory): Promise<boolean> {
    const { lastPollMs, pokes, paused, stops } = this.#record;
    if (lastPollMs !== previous.lastPollMs || pokes !== previous.pokes) return false;
    await this.#change({ ...next, pokes, paused, stops });
    return true;
  }

  async poke(): Promise<ControlRecord> {
    return this.#change({ pokes: this.#record.pokes + 1 });
  }

  async pause(paused: Pause | undefined): Promise<ControlRecord> {
    const before = this.#record;
    await this.#change({ paused });
    return before;
  }

  async replaceStops(previous: Stops | undefined, stops: Stops | undefined): Promise<boolean> {
    if (this.#record.stops?.lastMs !== previous?.lastMs) return false;
    await this.#change({ stops });
    return true;
  }

  async #change(change: Partial<ControlRecord>): Promise<ControlRecord> {
    this.#record = { ...this.#record, ...change };
    return Promise.resolve(this.#record);
  }
}
