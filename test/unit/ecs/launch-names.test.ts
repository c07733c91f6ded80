import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientToken } from '../../../src/ecs/client-token.ts';
import { startedBy } from '../../../src/ecs/started-by.ts';
import { familyOf } from '../../../src/ecs/task-definitions.ts';

const RUN_ID = '77777777-1111-4111-8111-777777777777';

test('the client token is the hash of the run and its claim, in the characters that ECS allows', () => {
  expect(clientToken(RUN_ID, '1')).toBe('VklUELSNmXKV56tZt-EPzzCbG1Hx7KtSd6m9xA-qC5E');
  expect(clientToken(RUN_ID, '2')).not.toBe(clientToken(RUN_ID, '1'));
  fc.assert(
    fc.property(fc.string(), fc.string(), (id, key) => /^[\x21-\x7e]{1,64}$/.test(clientToken(id, key))),
  );
});

test.each([
  ['agent', `agent/${RUN_ID}`],
  ['my agent (prod)', `my_agent__prod_/${RUN_ID}`],
  ['ä', `_/${RUN_ID}`],
])('startedBy of the agent %j is %j', (name, expected) => {
  expect(startedBy(name, RUN_ID)).toBe(expected);
});

test('startedBy of any agent keeps the run’s id and ECS’s limits', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (name) => {
      const text = startedBy(name, RUN_ID);
      expect(text).toMatch(/^[A-Za-z0-9\-/_]{1,128}$/);
      expect(text.endsWith(`/${RUN_ID}`)).toBe(true);
    }),
  );
});

test('a family is valid and does not depend on the order of keys, nor on what is undefined', () => {
  const a = familyOf({ cpu: '256', memory: '512', containerDefinitions: [{ name: 'flow', image: 'x' }] });
  const b = familyOf({
    containerDefinitions: [{ image: 'x', name: 'flow' }],
    taskRoleArn: undefined,
    memory: '512',
    cpu: '256',
  });
  expect(a).toBe(b);
  expect(a).toMatch(/^prefect-[0-9a-f]{40}$/);
});

test('a family changes with the content, and with the order of a list', () => {
  const families = [
    familyOf({ containerDefinitions: [{ name: 'flow', command: ['a', 'b'] }] }),
    familyOf({ containerDefinitions: [{ name: 'flow', command: ['b', 'a'] }] }),
    familyOf({ containerDefinitions: [{ name: 'flow', command: ['a', 'b'], image: 'x' }] }),
  ];
  expect(new Set(families).size).toBe(3);
});
