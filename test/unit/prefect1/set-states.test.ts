import { expect, test } from 'vitest';
import {
  setStates,
  setStatesDocument,
  type StateChange,
  type StateChangeResult,
} from '../../../src/prefect1/set-states.ts';
import { failedState } from '../../../src/prefect1/states.ts';
import { ACCEPTED, refusedAs, scriptedClient } from '../../support/scripted-prefect1.ts';

const { signal } = new AbortController();

const changeOf = (id: string): StateChange => ({ id, version: 3, state: failedState('bad image') });

test.each(['flow_run', 'task_run'] as const)('each %s is changed by a mutation of its own', async (kind) => {
  const { client, sent } = scriptedClient();
  const changes = [changeOf('a'), changeOf('b')];
  expect(await setStates(client, kind, changes, signal)).toEqual([{ kind: 'applied' }, { kind: 'applied' }]);
  const states = (id: string) => [{ [`${kind}_id`]: id, version: 3, state: failedState('bad image') }];
  expect(sent).toEqual([
    {
      name: `set_${kind}_states`,
      resend: 'unsent',
      variables: { s0: { states: states('a') }, s1: { states: states('b') } },
      document: setStatesDocument(kind, 2),
    },
  ]);
});

test('the document has an alias for each change', () => {
  expect(setStatesDocument('flow_run', 2)).toBe(
    'mutation ($s0: set_flow_run_states_input!, $s1: set_flow_run_states_input!) { ' +
      's0: set_flow_run_states(input: $s0) { states { id status message } } ' +
      's1: set_flow_run_states(input: $s1) { states { id status message } } }',
  );
});

const payload = (s0: unknown) => ({ data: { s0 }, errors: [] });

test.each<[string, unknown, StateChangeResult]>([
  ['success', payload(ACCEPTED), { kind: 'applied' }],
  [
    'another status',
    payload({ states: [{ status: 'QUEUED', message: 'limit reached' }] }),
    { kind: 'refused', reason: 'The server answered QUEUED: limit reached' },
  ],
  [
    'another status without a word',
    payload({ states: [{ status: 'FAILED', message: null }] }),
    { kind: 'refused', reason: 'The server answered FAILED' },
  ],
  [
    'another version',
    refusedAs('s0', 'Version mismatch', 'VERSION_LOCKING_ERROR'),
    { kind: 'refused', reason: 'Version mismatch' },
  ],
  [
    'a state that it can’t follow',
    refusedAs('s0', 'State update failed: too soon'),
    { kind: 'refused', reason: 'State update failed: too soon' },
  ],
  [
    'any other error',
    refusedAs('s0', 'timeout', 'INTERNAL_SERVER_ERROR'),
    { kind: 'unclear', reason: 'timeout' },
  ],
  ['an error of all', refusedAs(undefined, 'db down'), { kind: 'unclear', reason: 'db down' }],
  [
    'an error of another',
    refusedAs('s1', 'State update failed'),
    { kind: 'unclear', reason: 'State update failed' },
  ],
  ['nothing of it', payload(undefined), { kind: 'unclear', reason: 'the answer does not mention it' }],
  ['no list', payload({ states: 'odd' }), { kind: 'unclear', reason: 'the answer does not mention it' }],
  ['an empty list', payload({ states: [] }), { kind: 'unclear', reason: 'the answer does not mention it' }],
  [
    'a status that is none',
    payload({ states: [{ status: 7 }] }),
    { kind: 'unclear', reason: 'the answer does not mention it' },
  ],
])('an answer that says %s', async (_, answer, expected) => {
  const { client } = scriptedClient({ set_flow_run_states: () => answer });
  expect(await setStates(client, 'flow_run', [changeOf('a')], signal)).toEqual([expected]);
});
