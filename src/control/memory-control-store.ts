import type { ControlRecord, ControlStore } from './control-record.ts';

/** Keeps the control record as long as the process lives. */
export class MemoryControlStore implements ControlStore {
  #record: ControlRecord | undefined;

  async read(): Promise<ControlRecord | undefined> {
    return Promise.resolve(this.#record);
  }

  async replace(previous: ControlRecord | undefined, next: ControlRecord): Promise<boolean> {
    if (this.#record?.lastPollMs !== previous?.lastPollMs) return false;
    this.#record = next;
    return Promise.resolve(true);
  }
}
