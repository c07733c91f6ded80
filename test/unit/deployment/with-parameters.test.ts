import { expect, test } from 'vitest';
import { withParameters } from '../../../src/deployment/with-parameters.ts';

const PARAMETERS = { schedule: 'rate(2 minutes)', dashboard: 'true' };

test.each([
  ['an empty file', '', 'schedule: rate(2 minutes)\ndashboard: true\n'],
  ['a comment', '# ours\n', '# ours\n\nschedule: rate(2 minutes)\ndashboard: true\n'],
  [
    'what is there, with its comments, its order and its quotes',
    '# ours\nmemoryMb: 256 # plenty\n\n# seldom\nschedule: rate(1 hour)\nalarmEmail: "ops@example.com"\n',
    '# ours\nmemoryMb: 256 # plenty\n\n# seldom\nschedule: rate(2 minutes)\nalarmEmail: "ops@example.com"\ndashboard: true\n',
  ],
])('parameters are put into %s', (_, text, expected) => {
  expect(withParameters(text, PARAMETERS)).toBe(expected);
});
