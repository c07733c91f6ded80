import type { Logger } from '../../src/logger.ts';

export type LogEntry = readonly [level: keyof Logger, message: string, ...fields: Record<string, unknown>[]];

/** Keeps what is logged. */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[] = [];
  readonly debug = this.#log('debug');
  readonly info = this.#log('info');
  readonly warn = this.#log('warn');
  readonly error = this.#log('error');

  messages(level?: keyof Logger): string[] {
    return this.entries
      .filter((entry) => level === undefined || entry[0] === level)
      .map(([, message]) => message);
  }

  #log(level: keyof Logger) {
    return (message: string, ...fields: Record<string, unknown>[]): void => {
      this.entries.push([level, message, ...fields]);
    };
  }
}
