import type { Clock } from '../clock.ts';

export type SignalName = 'SIGINT' | 'SIGTERM';

export interface TextOutput {
  readonly write: (text: string) => unknown;
  /** Whether a person is looking at it. */
  readonly isTTY?: boolean;
}

/** What the command line has to do with the process that it runs in. */
export interface CliIo {
  /** Results, and nothing else. */
  readonly stdout: TextOutput;
  /** Logs, progress and errors. */
  readonly stderr: TextOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
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
