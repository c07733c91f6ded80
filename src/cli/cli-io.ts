import type { Clock } from '../clock.ts';

export type SignalName = 'SIGINT' | 'SIGTERM';

export interface TextOutput {
  readonly write: (text: string) => unknown;
  /** Whether a person is looking at it. */
  readonly isTTY?: boolean;
}

/** How this checkout is deployed. */
export interface Deployer {
  /** The folder of the stages' parameter files. */
  readonly stages: string;
  /**
   * Runs a command of the Serverless Framework, and shows what it says on stderr.
   * @param stop has it end
   * @returns its exit code
   */
  readonly serverless: (args: readonly string[], stop: AbortSignal) => Promise<number>;
}

/** What the command line has to do with the process that it runs in. */
export interface CliIo {
  /** Results, and nothing else. */
  readonly stdout: TextOutput;
  /** Logs, progress and errors. */
  readonly stderr: TextOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly deployer: Deployer;
  /** Calls the listener with each signal from now on, which then no longer ends the process. @returns what ends that */
  readonly onSignal: (listener: (signal: SignalName) => void) => () => void;
  /** Asks the person at the terminal yes or no; absent: there is nobody. */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
}

/** The options that every command has. */
export interface GlobalOptions {
  /** One JSON document on stdout instead of text. */
  readonly json?: boolean;
  /** Errors with their stacks. */
  readonly debug?: boolean;
}
