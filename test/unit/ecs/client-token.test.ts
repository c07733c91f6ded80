import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientToken } from '../../../src/ecs/client-token.ts';

const RUN_ID = '77777777-1111-4111-8111-777777777777';

test('the client token is the hash of the run and its claim, in the characters that ECS allows', () => {
  expect(clientToken(RUN_ID, '1')).toBe('VklUELSNmXKV56tZt-EPzzCbG1Hx7KtSd6m9xA-qC5E');
  expect(clientToken(RUN_ID, '2')).not.toBe(clientToken(RUN_ID, '1'));
  fc.assert(
    fc.property(fc.string(), fc.string(), (id, key) => /^[\x21-\x7e]{1,64}$/.test(clientToken(id, key))),
  );
});
