import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { logTailText } from '../../../src/cli/log-tail.ts';

const plain = picocolors.createColors(false);
const at = '2026-11-23T12:00:01.900Z';

function entry(fields: Record<string, unknown>): string {
  return JSON.stringify({ timestamp: at, service: 'service_undefined', cold_start: true, ...fields });
}

test.each([
  ['an entry', entry({ level: 'INFO', message: 'Poll ended' }), '12:00:01Z INFO  Poll ended\n'],
  [
    'an entry with an error',
    entry({ level: 'ERROR', message: 'Poll failed', error: { name: 'E', message: 'down', stack: 'at x' } }),
    '12:00:01Z ERROR Poll failed: down\n',
  ],
  [
    'an entry with a reason',
    entry({ level: 'WARN', message: 'Putting back', reason: 'no room' }),
    '12:00:01Z WARN  Putting back: no room\n',
  ],
  ['an entry of a level of its own', entry({ level: 'TRACE', message: 'x' }), '12:00:01Z INFO  x\n'],
  ['an entry without a time', entry({ level: 'INFO', message: 'x', timestamp: '-' }), 'x\n'],
  ['the start', 'START RequestId: 1 Version: $LATEST', ''],
  ['the end', 'END RequestId: 1', ''],
  ['the report', 'REPORT RequestId: 1\tDuration: 5 ms', 'REPORT RequestId: 1 Duration: 5 ms\n'],
  ['the error with its stack', `${at}\t1\tERROR\tInvoke Error \t{"stack":["at x"]}`, ''],
  ['JSON of the platform', '{"time":"x","type":"platform.report","record":{}}', ''],
  ['broken JSON', '{"level":', '{"level":\n'],
  ['an empty line', '', ''],
])('%s', (_, line, expected) => {
  expect(logTailText(`${line}\n`, plain)).toBe(expected);
});

test('a tail that was cut begins with its first whole line', () => {
  const log = `rest of a line\n${'x'.repeat(4090)}\n`;
  expect(logTailText(log, plain)).toBe(`${'x'.repeat(4090)}\n`);
});
