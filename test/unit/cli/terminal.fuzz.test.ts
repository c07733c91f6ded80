import fc from 'fast-check';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { PollTally } from '../../../src/agent/poll-report.ts';
import { systemClock } from '../../../src/clock.ts';
import { ConsoleLogger } from '../../../src/cli/console-logger.ts';
import { jsonText } from '../../../src/cli/json-text.ts';
import { logTailText } from '../../../src/cli/log-tail.ts';
import { planText, type ShownRun } from '../../../src/cli/plan-text.ts';
import { printable } from '../../../src/cli/printable.ts';
import { reportText } from '../../../src/cli/report-text.ts';
import { nastyText } from '../../support/arbitrary.ts';
import { fuzz } from '../../support/fuzz.ts';

const plain = picocolors.createColors(false);

/** What steers a terminal: everything that Unicode calls a control, but for the end of a line. */
const CONTROL = /[^\P{Cc}\n]/u;

const text = fc.oneof(
  nastyText,
  fc
    .array(fc.oneof(nastyText, fc.integer({ min: 0, max: 0x9f }).map(String.fromCharCode)))
    .map((all) => all.join('')),
);

const options = fuzz(300);

/** Everything that `show` makes of texts that come from elsewhere. */
function neverRaw(show: (one: string, other: string) => string): void {
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(show(one, other)).not.toMatch(CONTROL);
    }),
    options,
  );
}

test('the report of a poll steers no terminal', () => {
  neverRaw((one, other) => {
    const tally = new PollTally();
    tally.add({ id: one, name: other }, 'started', one, 5);
    tally.add({ id: other, name: one }, 'failed', other);
    return reportText(tally.report(), plain);
  });
});

test('a plan steers no terminal', () => {
  neverRaw((one, other) => {
    const about = { flowRunId: one, name: other, startTime: '2026-11-23T12:00:00.000Z' };
    const launch: ShownRun = {
      ...about,
      action: 'launch',
      taskDefinition: one,
      runTask: {
        cluster: other,
        overrides: { [one]: other, containerOverrides: [{ command: [one, other] }] },
      },
    };
    return planText([launch, { ...about, startTime: one, action: 'fail', reason: other }], 0, plain);
  });
});

test('the tail of a log steers no terminal', () => {
  neverRaw((one, other) => {
    const entry = {
      level: one,
      message: other,
      timestamp: '2026-11-23T12:00:01Z',
      reason: one,
      error: { message: other },
    };
    return logTailText(`${JSON.stringify(entry)}\n${one}\n{"level":"${other}\n`, plain);
  });
});

test('the log on the console steers no terminal, errors with their stacks included', () => {
  neverRaw((one, other) => {
    let written = '';
    const logger = new ConsoleLogger({
      output: { write: (line) => (written += line) },
      clock: systemClock,
      colors: plain,
      level: 'DEBUG',
      debug: true,
    });
    logger.error(one, { error: new Error(other, { cause: one }), [other]: one });
    return written;
  });
});

test('JSON steers no terminal and is the same document', () => {
  neverRaw((one, other) => {
    const json = jsonText({ [one]: other });
    expect(JSON.parse(json)).toEqual({ [one]: other });
    return json;
  });
});

test('an error steers no terminal and keeps its lines', () => {
  neverRaw((one, other) => printable(`${one}\n${other}`));
  expect(printable('a\r\nb\u001b[31m\tc\n  d')).toBe('a \nb [31m c\n  d');
});
