import type { ControlRecord, ControlStore, PollEnd } from './control-record.ts';

/** Keeps the control record as long as the process lives. */
export class MemoryControlStore implements ControlStore {
  #record: ControlRecord | undefined;

  async read(): Promise<ControlRecord | undefined> {
    return Promise.resolve(this.#record);
  }

  async recordPoll({ atMs, failure }: PollEnd): Promise<void> {
    if (this.#record !== undefined && this.#record.lastPollMs >= atMs) return;
    const lastSuccessMs = failure === undefined ? atMs : this.#record?.lastSuccessMs;
    this.#record = { lastPollMs: atMs, lastSuccessMs, lastFailure: failure };
    return Promise.resolve();
  }
}
