import { endedBy } from '../ended-by.ts';

interface Call<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

/** Lets those who ask for the same thing at once share one call. */
export class SharedCalls<T> {
  readonly #calls = new Map<string, Call<T>>();

  /**
   * Joins the call that is under way for `key`, or starts it. The caller's signal ends its own wait only;
   * the call's signal aborts when the last one who waits has left.
   * @throws the signal's reason, or what the call throws to all who share it.
   */
  async join(key: string, start: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const call = this.#calls.get(key) ?? this.#start(key, start);
    call.waiting += 1;
    try {
      return await endedBy(call.result, signal);
    } finally {
      call.waiting -= 1;
      if (call.waiting === 0) this.#end(key, call);
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<T>): Call<T> {
    const stop = new AbortController();
    const call = { result: start(stop.signal), stop, waiting: 0 };
    this.#calls.set(key, call);
    return call;
  }

  /** The call is done, or nobody wants it any more: whoever comes now must not join it. */
  #end(key: string, { stop }: Call<T>): void {
    this.#calls.delete(key);
    stop.abort();
  }
}
