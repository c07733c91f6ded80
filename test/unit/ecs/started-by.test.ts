import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startedBy, startedByPrefix } from '../../../src/ecs/started-by.ts';

const RUN_ID = '77777777-1111-4111-8111-777777777777';

test.each([
  ['agent', `agent/${RUN_ID}`],
  ['my agent (prod)', `my_agent__prod_/${RUN_ID}`],
  ['ä', `_/${RUN_ID}`],
])('startedBy of the agent %j is %j', (name, expected) => {
  expect(startedBy(name, RUN_ID)).toBe(expected);
});

test('startedBy of any agent keeps the run’s id and ECS’s limits, and begins with what marks the agent', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (name) => {
      const text = startedBy(name, RUN_ID);
      expect(text).toMatch(/^[A-Za-z0-9\-/_]{1,128}$/);
      expect(text.endsWith(`/${RUN_ID}`)).toBe(true);
      expect(startedByPrefix(name) + RUN_ID).toBe(text);
    }),
  );
});
