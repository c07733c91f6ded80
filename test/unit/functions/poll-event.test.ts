import { expect, test } from 'vitest';
import { SettingsError } from '../../../src/errors.ts';
import { parsePollEvent } from '../../../src/functions/poll-event.ts';

test.each<[string, unknown, unknown]>([
  ['a tick of a rule', { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {}, id: 'x' }, {}],
  ['a tick of the scheduler', { source: 'aws.scheduler', detail: {} }, {}],
  ['an empty event', {}, {}],
  ['no event', undefined, {}],
  ['null', null, {}],
  ['a bounded poll', { maxPolls: 3 }, { maxPolls: 3 }],
  ['a dry run', { dryRun: true }, { dryRun: true }],
])('%s is understood', (_, event, expected) => {
  expect(parsePollEvent(event)).toEqual(expected);
});

test.each<[string, unknown, string]>([
  ['a misspelt field', { max_polls: 3 }, 'unknown field max_polls'],
  ['no polls', { maxPolls: 0 }, 'maxPolls: expected at least 1'],
  ['half a poll', { maxPolls: 1.5 }, 'maxPolls: expected a whole number'],
  ['a number as text', { maxPolls: '3' }, 'maxPolls: expected a whole number'],
  ['a dry run as text', { dryRun: 'yes' }, 'dryRun: expected true or false'],
  ['a list', [], 'expected an object'],
  ['text', 'poll', 'expected an object'],
  ['an event of another service', { source: 'aws.ecs', detail: {} }, 'unknown field source, detail'],
])('%s is refused by name', (_, event, message) => {
  expect(() => parsePollEvent(event)).toThrow(SettingsError);
  expect(() => parsePollEvent(event)).toThrow(message);
});
