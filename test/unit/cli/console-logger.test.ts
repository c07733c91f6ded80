import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { ConsoleLogger } from '../../../src/cli/console-logger.ts';
import type { LogLevel } from '../../../src/settings/settings.ts';
import { FakeIo } from '../../support/cli.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function logger(options: { level?: LogLevel; debug?: boolean; colored?: boolean } = {}) {
  const io = new FakeIo();
  const clock = new VirtualClock(Date.parse('2026-11-23T12:00:01.900Z'));
  const { level = 'DEBUG', debug, colored = false } = options;
  const colors = picocolors.createColors(colored);
  return { io, log: new ConsoleLogger({ output: io.stderr, clock, colors, level, debug }) };
}

test.each<[LogLevel, string]>([
  ['DEBUG', 'diwe'],
  ['INFO', 'iwe'],
  ['WARNING', 'we'],
  ['ERROR', 'e'],
  ['CRITICAL', ''],
])('at level %s it writes %s', (level, expected) => {
  const { io, log } = logger({ level });
  log.debug('d');
  log.info('i');
  log.warn('w');
  log.error('e');
  expect(io.err.replaceAll(/^.* (.)\n/gm, '$1')).toBe(expected);
});

test.each<[string, string, Record<string, unknown>, string]>([
  ['words as they are', 'm', { run: 'a-b', n: 3 }, 'm run=a-b n=3'],
  ['texts in quotes', 'm', { reason: 'no room' }, 'm reason="no room"'],
  ['structures as JSON', 'm', { of: { a: [1] } }, 'm of={"a":[1]}'],
  ['errors by name and message', 'm', { error: new TypeError('bad') }, 'm error="TypeError: bad"'],
  ['nothing twice', 'Launched r-1', { flowRunId: 'r-1' }, 'Launched r-1'],
  ['nothing for what is missing', 'm', { a: undefined }, 'm'],
])('it appends %s', (_, message, fields, expected) => {
  const { io, log } = logger();
  log.info(message, fields);
  expect(io.err).toBe(`12:00:01Z INFO  ${expected}\n`);
});

test('an entry is one line, and steers no terminal', () => {
  const { io, log } = logger();
  log.warn('one\ntwo\u001b[2J', { error: new Error('a\nb') });
  expect(io.err).toBe('12:00:01Z WARN  one two [2J error="a\\nb"\n');
});

test('stacks are shown for debugging only', () => {
  const error = new Error('outer', { cause: new Error('inner') });
  const { io, log } = logger({ debug: true });
  log.error('Failed', { error });
  expect(io.err).toMatch(/Failed error="outer"\nError: outer\n {4}at [^]*Caused by: Error: inner\n {4}at /);
  const quiet = logger();
  quiet.log.error('Failed', { error });
  expect(quiet.io.err).not.toContain(' at ');
});

test('the level is coloured', () => {
  const { io, log } = logger({ colored: true });
  log.error('x');
  expect(io.err).toContain('\u001b[31mERROR\u001b[39m');
});
