import type { CliIo } from './cli-io.ts';

const INTERVAL_MS = 2000;

/** Says on stderr what begins, where a person waits for it. */
export function announce({ stderr }: Pick<CliIo, 'stderr'>, line: string): void {
  if (stderr.isTTY) stderr.write(`${line}\n`);
}

/** Says on stderr how far long work has come: a line every two seconds, none when it is done sooner. */
export class Progress {
  readonly #io: Pick<CliIo, 'stderr' | 'clock'>;
  #saidMs: number;

  constructor(io: Pick<CliIo, 'stderr' | 'clock'>) {
    this.#io = io;
    this.#saidMs = io.clock.now();
  }

  say(line: string): void {
    const nowMs = this.#io.clock.now();
    if (nowMs - this.#saidMs < INTERVAL_MS) return;
    this.#saidMs = nowMs;
    this.#io.stderr.write(`${line}\n`);
  }
}
