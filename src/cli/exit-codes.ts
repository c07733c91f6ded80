import { PollFailedError } from '../agent/poll-failed-error.ts';
import type { PollReport } from '../agent/poll-report.ts';

/** The exit codes by name, and what each means in the help. */
export const EXIT_CODES = {
  done: 0,
  failure: 1,
  usage: 2,
  prefectApi: 3,
  aws: 4,
  launches: 5,
} as const;

export const EXIT_CODE_MEANINGS: Readonly<Record<keyof typeof EXIT_CODES, string>> = {
  done: 'done',
  failure: 'something else failed',
  usage: 'wrong usage or settings',
  prefectApi: "the Prefect API can't be reached, or it refused",
  aws: "AWS can't be reached, or it refused",
  launches: 'flow runs were claimed that could not be started, or not for certain',
};

/** By the names of the project's errors: an error that Lambda reports is no more than its name and message. */
const CODES_BY_NAME: ReadonlyMap<string, number> = new Map([
  ['SettingsError', EXIT_CODES.usage],
  ['PrefectApiError', EXIT_CODES.prefectApi],
  ['AwsError', EXIT_CODES.aws],
]);

/** The exit code for an error in this process. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof PollFailedError) {
    return error.cause === undefined ? EXIT_CODES.launches : exitCodeOf(error.cause);
  }
  return error instanceof Error ? codeByName(error.name) : EXIT_CODES.failure;
}

/** The exit code for an error that the function reported. */
export function exitCodeOfFunctionError(type: string | undefined, message: string): number {
  if (type !== 'PollFailedError') return codeByName(type);
  // PollFailedError names its cause in the message.
  const [isPoll, cause] = /^A poll failed: (?:(\w+): )?/.exec(message) ?? [];
  return isPoll === undefined ? EXIT_CODES.launches : codeByName(cause);
}

/** The exit code for a batch of polls that came to its end. */
export function exitCodeOfReport({
  failed,
  putBack,
  unknown,
}: Pick<PollReport, 'failed' | 'putBack' | 'unknown'>): number {
  return failed + putBack + unknown > 0 ? EXIT_CODES.launches : EXIT_CODES.done;
}

function codeByName(name: string | undefined): number {
  return CODES_BY_NAME.get(name ?? '') ?? EXIT_CODES.failure;
}
