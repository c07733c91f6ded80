import { expect, test } from 'vitest';
import { PollFailedError } from '../../../src/agent/poll-failed-error.ts';
import { PollTally } from '../../../src/agent/poll-report.ts';
import { exitCodeOf, exitCodeOfFunctionError, exitCodeOfReport } from '../../../src/cli/exit-codes.ts';
import { describeError } from '../../../src/describe-error.ts';
import { AgentError, AwsError, PrefectApiError, SettingsError } from '../../../src/errors.ts';

const down = new PrefectApiError('down', { effect: 'none', transient: true });

function pollFailed(cause: Error): PollFailedError {
  return new PollFailedError(`A poll failed: ${describeError(cause)}`, new PollTally().report(), { cause });
}

const ERRORS: readonly (readonly [string, Error, number])[] = [
  ['wrong settings', new SettingsError('x'), 2],
  ['an API that is down', down, 3],
  ['AWS', new AwsError('denied'), 4],
  ['a poll that the API ended', pollFailed(down), 3],
  ['a poll that AWS ended', pollFailed(new AwsError('denied')), 4],
  ['a poll that a bug ended', pollFailed(new TypeError('x is undefined')), 1],
  ['a poll that ended without a name', pollFailed(new Error('odd')), 1],
  ['launches that all failed', new PollFailedError('None of 2 claimed', new PollTally().report()), 5],
  ['another error of the project', new AgentError('x'), 1],
  ['a bug', new TypeError('x is undefined'), 1],
];

test.each(ERRORS)('%s', (_, error, code) => {
  expect(exitCodeOf(error)).toBe(code);
});

test.each(ERRORS)('%s, reported by the function', (_, error, code) => {
  expect(exitCodeOfFunctionError(error.name, error.message)).toBe(code);
});

test('a function that gives no type failed', () => {
  expect(exitCodeOfFunctionError(undefined, 'Task timed out after 60.00 seconds')).toBe(1);
});

test.each([
  [{ failed: 0, putBack: 0, unknown: 0 }, 0],
  [{ failed: 1, putBack: 0, unknown: 0 }, 5],
  [{ failed: 0, putBack: 1, unknown: 0 }, 5],
  [{ failed: 0, putBack: 0, unknown: 1 }, 5],
])('a report of %o ends with %i', (report, code) => {
  expect(exitCodeOfReport(report)).toBe(code);
});
