import { type Clock, systemClock } from '../../src/clock.ts';
import type { CliIo, SignalName } from '../../src/cli/cli-io.ts';
import { runCli } from '../../src/cli/run-cli.ts';

/** A terminal that keeps what is written, and signals that the test sends. */
export class FakeIo implements CliIo {
  out = '';
  err = '';
  readonly env: CliIo['env'];
  clock: Clock = systemClock;
  readonly stdout;
  readonly stderr;
  /** Nobody's own stages, and nothing is deployed. */
  readonly deployer: CliIo['deployer'];
  #listeners = new Set<(signal: SignalName) => void>();

  constructor(env: CliIo['env'] = {}, isTTY = false, deployer: Partial<CliIo['deployer']> = {}) {
    // Nobody's own Prefect files.
    this.env = { HOME: '/nowhere', ...env };
    this.stdout = { isTTY, write: (text: string) => (this.out += text) };
    this.deployer = { stages: '/nowhere/stages', serverless: () => Promise.resolve(1), ...deployer };
    this.stderr = { isTTY, write: (text: string) => (this.err += text) };
  }

  readonly onSignal = (listener: (signal: SignalName) => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  signal(name: SignalName): void {
    for (const listener of this.#listeners) listener(name);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  run(...argv: readonly string[]): Promise<number> {
    return runCli(argv, this);
  }
}

/** Runs a command to its end. */
export async function cli(
  argv: readonly string[],
  env: CliIo['env'] = {},
  deployer: Partial<CliIo['deployer']> = {},
) {
  const io = new FakeIo(env, false, deployer);
  const code = await io.run(...argv);
  return { code, out: io.out, err: io.err };
}
