import type { Clock } from '../clock.ts';
import { describeError } from '../describe-error.ts';
import type { Logger } from '../logger.ts';
import type { LogLevel, Settings } from '../settings/settings.ts';
import type { CliIo, GlobalOptions, TextOutput } from './cli-io.ts';
import { type Colors, colorsFor } from './colors.ts';
import { type Level, logLine } from './log-line.ts';
import { printable } from './printable.ts';
import { stackOf } from './stack-of.ts';

/** By severity. */
const LEVELS: readonly Level[] = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL'];

type Fields = Readonly<Record<string, unknown>>;

export interface ConsoleLoggerOptions {
  readonly output: TextOutput;
  readonly clock: Clock;
  readonly colors: Colors;
  /** What is less severe is left out. */
  readonly level: LogLevel;
  /** Errors with their stacks, on lines of their own. @default false */
  readonly debug?: boolean | undefined;
}

/** A logger for people: one line for each entry. */
export class ConsoleLogger implements Logger {
  readonly debug = this.#log('DEBUG');
  readonly info = this.#log('INFO');
  readonly warn = this.#log('WARN');
  readonly error = this.#log('ERROR');
  readonly #options: ConsoleLoggerOptions;

  constructor(options: ConsoleLoggerOptions) {
    this.#options = options;
  }

  #log(level: Level) {
    return (message: string, ...fields: Record<string, unknown>[]): void => {
      const { output, clock, colors, level: least, debug = false } = this.#options;
      if (LEVELS.indexOf(level) < LEVELS.indexOf(least === 'WARNING' ? 'WARN' : least)) return;
      const all: Fields = Object.assign({}, ...fields) as Fields;
      output.write(logLine({ timeMs: clock.now(), level, message: withFields(message, all) }, colors));
      if (!debug) return;
      for (const value of Object.values(all)) {
        if (value instanceof Error) output.write(`${printable(stackOf(value))}\n`);
      }
    };
  }
}

/** The logger of an agent that a command makes: on stderr, at the level of its settings. */
export function agentLogger(
  { stderr, env, clock }: CliIo,
  { agent }: Settings,
  { debug }: GlobalOptions,
): ConsoleLogger {
  return new ConsoleLogger({
    output: stderr,
    clock,
    colors: colorsFor(stderr, env),
    level: agent.logLevel,
    debug,
  });
}

/** Appends the fields, but for those that the message names anyway. */
function withFields(message: string, fields: Fields): string {
  return Object.entries(fields)
    .map(([name, value]) => [name, fieldText(value)] as const)
    .filter(([, text]) => text !== '' && !message.includes(text))
    .reduce((line, [name, text]) => `${line} ${name}=${text}`, message);
}

function fieldText(value: unknown): string {
  if (value === undefined) return '';
  if (value instanceof Error) return JSON.stringify(describeError(value));
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value;
  return JSON.stringify(value);
}
