import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import type { Clock } from '../../../../src/clock.ts';
import type { Fault } from '../../../../src/sandbox/faults.ts';
import { startPrefect1 } from '../../../../src/sandbox/prefect1/prefect1-server.ts';
import type { Prefect1Options, Prefect1Sandbox } from '../../../../src/sandbox/prefect1/prefect1-server.ts';
import { post } from './post.ts';

const started: Prefect1Sandbox[] = [];
afterEach(async () => {
  for (const api of started.splice(0)) await api.close();
});

async function start(options: Partial<Prefect1Options> = {}): Promise<Prefect1Sandbox> {
  const api = await startPrefect1({ clock: systemClock, seed: 1, ...options });
  started.push(api);
  return api;
}

async function startWithRun(options: Partial<Prefect1Options> = {}) {
  const api = await start(options);
  const flow = api.createFlow({ name: 'etl', tasks: [{ slug: 'a-1' }, { slug: 'b-1' }, { slug: 'c-1' }] });
  const run = api.createFlowRun({ flowId: flow.id, runConfig: { type: 'ECSRun', labels: ['b', 'a'] } });
  return { api, flow, run };
}

const setStates = `mutation ($input: set_flow_run_states_input!) {
  set_flow_run_states(input: $input) { states { id status message } }
}`;

const submitted = (id: string, version: number | null = null) => ({
  input: { states: [{ flow_run_id: id, version, state: { type: 'Submitted' } }] },
});

test.each([
  ['an object', { id: 'ID' }],
  ['a string of JSON', '{"id":"ID"}'],
])('variables may come as %s', async (_, variables) => {
  const { api, run } = await startWithRun();
  const text = JSON.stringify(variables).replace('ID', run.id);
  const answer = await post(api, 'query ($id: uuid!) { flow_run_by_pk(id: $id) { id } }', {
    variables: JSON.parse(text) as unknown,
  });
  expect(answer).toEqual({ status: 200, data: { flow_run_by_pk: { id: run.id } } });
});

test.each([[null], ['null'], [undefined]])('variables may be %j', async (variables) => {
  expect(await post(await start(), '{ hello }', { variables })).toEqual({
    status: 200,
    data: { hello: '👋' },
  });
});

test('the operation is the one that operationName says, or there has to be only one', async () => {
  const api = await start();
  const query = 'query One { hello } query Two { tenant { id } }';
  expect(await post(api, query, { operationName: 'Two' })).toEqual({ status: 200, data: { tenant: [] } });
  expect(await post(api, query)).toMatchObject({ status: 400 });
});

test.each<[string, string, RequestInit, number]>([
  ['GET', '/', { method: 'GET' }, 405],
  ['PUT', '/graphql', { method: 'PUT', body: '{}' }, 405],
  ['another path', '/api', { method: 'POST', body: '{}' }, 404],
  ['/graphql', '/graphql', { method: 'POST', body: '{"query":"{ hello }"}' }, 200],
  ['a body that is no JSON', '/', { method: 'POST', body: '{"query"' }, 400],
  ['a body that is no object', '/', { method: 'POST', body: '[]' }, 400],
  ['no query', '/', { method: 'POST', body: '{}' }, 400],
  ['variables that are no JSON', '/', { method: 'POST', body: '{"query":"{ hello }","variables":"{"}' }, 400],
  [
    'variables that are no object',
    '/',
    { method: 'POST', body: '{"query":"{ hello }","variables":[1]}' },
    400,
  ],
  ['more than 5 MiB', '/', { method: 'POST', body: ' '.repeat(5 * 1024 * 1024 + 1) }, 413],
])('%s', async (_, path, init, status) => {
  const api = await start();
  expect((await fetch(api.endpoint + path, init)).status).toBe(status);
});

test.each([
  ['what is no GraphQL', '{ hello', 'GRAPHQL_PARSE_FAILED'],
  ['an unknown field', '{ flow_run { nickname } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['an unknown filter', '{ flow_run(where: { id: { _near: "x" } }) { id } }', 'GRAPHQL_VALIDATION_FAILED'],
  [
    'an unknown column in a filter',
    '{ flow_run(where: { nickname: { _eq: "x" } }) { id } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['an id that is none', '{ flow_run_by_pk(id: "x") { id } }', 'GRAPHQL_VALIDATION_FAILED'],
  [
    'a level that is none',
    'mutation { write_run_logs(input: { logs: [{ flow_run_id: "00000000-0000-4000-8000-000000000000", level: LOUD }] }) { success } }',
    'GRAPHQL_VALIDATION_FAILED',
  ],
])('%s is refused with HTTP 400', async (_, query, code) => {
  expect(await post(await start(), query)).toMatchObject({ status: 400, errors: [{ extensions: { code } }] });
});

test('a level that is none, in a variable, is refused with HTTP 400', async () => {
  const { api, run } = await startWithRun();
  const logs = [{ flow_run_id: run.id, level: 'LOUD', message: 'hi' }];
  const answer = await post(
    api,
    'mutation ($input: write_run_logs_input!) { write_run_logs(input: $input) { success } }',
    {
      variables: { input: { logs } },
    },
  );
  expect(answer).toMatchObject({ status: 400 });
  expect(api.logs(run.id)).toEqual([]);
});

test('one log entry may come without its list', async () => {
  const { api, run } = await startWithRun();
  const logs = { flow_run_id: run.id, level: 'ERROR', message: 'hi', name: 'execute flow-run' };
  const answer = await post(
    api,
    'mutation ($input: write_run_logs_input!) { write_run_logs(input: $input) { success } }',
    {
      variables: { input: { logs } },
    },
  );
  expect(answer).toEqual({ status: 200, data: { write_run_logs: { success: true } } });
  expect(api.logs(run.id)).toMatchObject([{ task_run_id: null, level: 'ERROR', message: 'hi' }]);
});

test('fields come in the order in which they are asked for', async () => {
  const { api } = await startWithRun();
  const fields = async (selection: string) => {
    const { data } = await post(api, `{ flow_run { ${selection} } }`);
    return Object.keys((data?.flow_run as object[])[0] ?? {});
  };
  expect(await fields('state id version')).toEqual(['state', 'id', 'version']);
  expect(await fields('version state id')).toEqual(['version', 'state', 'id']);
});

test('relations nest in selections and filters, with where, order and limit of their own', async () => {
  const { api, run, flow } = await startWithRun();
  api.setTaskRunState(api.taskRuns(run.id)[1]?.id ?? '', { type: 'Submitted', context: { claim: 1 } });
  const query = `{
    flow_run(where: { task_runs: { state: { _eq: "Submitted" } } }) {
      id
      labels
      flow { id project { name } }
      task_runs(where: { state: { _in: ["Submitted"] } }, order_by: { state_timestamp: asc }, limit: 1) {
        task { slug }
      }
    }
    none: flow_run(where: { agent: { name: { _eq: "lab" } } }) { id }
  }`;
  expect(await post(api, query)).toEqual({
    status: 200,
    data: {
      flow_run: [
        {
          id: run.id,
          labels: ['a', 'b'],
          flow: { id: flow.id, project: { name: 'default' } },
          task_runs: [{ task: { slug: 'b-1' } }],
        },
      ],
      none: [],
    },
  });
});

test('filters understand ids and instants in any form, as literals and variables', async () => {
  const { api, run } = await startWithRun();
  const query = `query ($id: uuid!, $from: timestamptz!) {
    a: flow_run(where: { id: { _eq: "${run.id.toUpperCase()}" } }) { id }
    b: flow_run(where: { id: { _in: [$id] }, state_timestamp: { _gte: $from, _lte: $from } }) { id }
    c: flow_run(where: { labels: { _contained_in: ["a", "b", "c"] } }) { id }
    d: flow_run(where: { serialized_state: { _contains: { type: "Scheduled", context: {} } } }) { id }
  }`;
  // The same instant, in another zone.
  const ms = Date.parse(run.state_timestamp) + 2 * 3_600_000;
  const variables = {
    id: run.id.replaceAll('-', ''),
    from: new Date(ms).toISOString().replace('Z', '+02:00'),
  };
  const found = [{ id: run.id }];
  expect(await post(api, query, { variables })).toEqual({
    status: 200,
    data: { a: found, b: found, c: found, d: found },
  });
});

test('an agent keeps its id while its tenant, name, type, version and labels stay the same', async () => {
  const { api } = await startWithRun();
  const register = async (name: string, labels: string[], version = '1.4.1') => {
    const answer = await post(
      api,
      'mutation ($input: register_agent_input!) { register_agent(input: $input) { id } }',
      {
        variables: { input: { type: 'ECSAgent', name, labels } },
        headers: { 'x-prefect-core-version': version },
      },
    );
    return (answer.data?.register_agent as { id: string }).id;
  };
  const id = await register('lab', ['a', 'b']);
  expect(await register('lab', ['b', 'a'])).toBe(id);
  const others = [
    await register('lab', ['a']),
    await register('lob', ['a', 'b']),
    await register('lab', ['a', 'b'], '1.3.0'),
  ];
  expect(new Set([id, ...others]).size).toBe(4);
  expect(api.agents()).toHaveLength(4);
});

test('a claim records the agent of the header, and polling when it was last seen', async () => {
  const { api, run } = await startWithRun();
  const [tenant] = (await post(api, '{ tenant { id } }')).data?.tenant as { id: string }[];
  const { data } = await post(api, 'mutation { register_agent(input: { type: "ECSAgent" }) { id } }');
  const { id } = data?.register_agent as { id: string };
  const headers = { 'x-prefect-agent-id': id };
  const poll = `mutation { get_runs_in_queue(input: { tenant_id: "${tenant?.id ?? ''}", labels: ["b", "a", "c"] }) { flow_run_ids } }`;
  expect((await post(api, poll, { headers })).data).toEqual({
    get_runs_in_queue: { flow_run_ids: [run.id] },
  });
  const claim = await post(api, setStates, { variables: submitted(run.id), headers });
  expect(claim.data).toEqual({
    set_flow_run_states: { states: [{ id: run.id, status: 'SUCCESS', message: null }] },
  });
  expect(api.flowRun(run.id)).toMatchObject({ state: 'Submitted', agent_id: id });
  expect(api.agents()[0]?.last_queried).toEqual(expect.any(String));
  expect((await post(api, poll, { headers })).data).toEqual({ get_runs_in_queue: { flow_run_ids: [] } });
});

test('one refused state makes the mutation an error, though the others are set', async () => {
  const { api, flow, run } = await startWithRun();
  const other = api.createFlowRun({ flowId: flow.id });
  await post(api, setStates, { variables: submitted(run.id) });
  const states = [run, other].map(({ id }) => ({ flow_run_id: id, state: { type: 'Submitted' } }));
  const answer = await post(api, setStates, { variables: { input: { states } } });
  expect(answer).toMatchObject({
    status: 200,
    data: { set_flow_run_states: null },
    errors: [
      {
        message: 'State update failed: this run has already been submitted.',
        path: ['set_flow_run_states'],
        extensions: { code: 'INTERNAL_SERVER_ERROR' },
      },
    ],
  });
  expect(api.flowRun(other.id)?.state).toBe('Submitted');
});

test('one failing alias leaves the answers of the others', async () => {
  const { api, flow, run } = await startWithRun();
  const other = api.createFlowRun({ flowId: flow.id });
  const claim = (id: string, type: string) =>
    `set_flow_run_states(input: { states: [{ flow_run_id: "${id}", state: { type: "${type}" } }] }) { states { status } }`;
  const query = `mutation { a: ${claim(run.id, 'Sideways')} b: ${claim(other.id, 'Submitted')} }`;
  expect(await post(api, query)).toMatchObject({
    status: 200,
    data: { a: null, b: { states: [{ status: 'SUCCESS' }] } },
    errors: [{ message: "{'type': ['Unsupported value: Sideways']}", path: ['a'] }],
  });
});

test('with version locking a stale version is told by its code', async () => {
  const { api, run } = await startWithRun({ versionLocking: true });
  expect(await post(api, setStates, { variables: submitted(run.id, 0) })).toMatchObject({
    status: 200,
    errors: [{ extensions: { code: 'VERSION_LOCKING_ERROR' } }],
  });
  expect(api.flowRun(run.id)?.state).toBe('Scheduled');
});

test('a mapped task run is made when it is first asked for, and found again', async () => {
  const { api, run } = await startWithRun();
  const taskId = api.taskRuns(run.id)[0]?.task_id ?? '';
  const ask = (index: number) =>
    post(
      api,
      `mutation { get_or_create_task_run_info(input: { flow_run_id: "${run.id}", task_id: "${taskId}", map_index: ${index} }) { id version } }`,
    );
  const [parent, child, again] = [await ask(-1), await ask(0), await ask(0)];
  expect(parent.data).toEqual({
    get_or_create_task_run_info: { id: api.taskRuns(run.id)[0]?.id, version: 0 },
  });
  expect(child.data).not.toEqual(parent.data);
  expect(again.data).toEqual(child.data);
  expect(api.taskRuns(run.id)).toHaveLength(4);
});

test('an agent that never registered is not recorded with its claim', async () => {
  const { api, run } = await startWithRun();
  const headers = { 'x-prefect-agent-id': '00000000-0000-4000-8000-000000000000' };
  await post(api, setStates, { variables: submitted(run.id), headers });
  expect(api.flowRun(run.id)).toMatchObject({ state: 'Submitted', agent_id: null });
});

test('cancelling is told to the listeners', async () => {
  const { api, run } = await startWithRun();
  const seen: string[] = [];
  const stop = api.onStateChange((event) => seen.push(event.to.type));
  api.setFlowRunState(run.id, { type: 'Running' });
  api.cancel(run.id);
  stop();
  api.cancel(run.id);
  expect(seen).toEqual(['Running', 'Cancelling']);
});

test.each([
  [undefined, 'UNAUTHENTICATED'],
  ['Bearer wrong', 'UNAUTHENTICATED'],
  ['Bearer right', undefined],
])('Prefect Cloud, asked with the authorization %s', async (authorization, code) => {
  const api = await start({ apiKey: 'right' });
  const tenant = api.createTenant();
  const answer = await post(api, '{ auth_info { tenant_id } }', {
    headers: authorization === undefined ? {} : { authorization },
  });
  expect(answer).toMatchObject(
    code === undefined
      ? { status: 200, data: { auth_info: { tenant_id: tenant.id } } }
      : { status: 200, data: null, errors: [{ extensions: { code } }] },
  );
});

test('Prefect Server has no auth_info', async () => {
  const { api } = await startWithRun();
  expect(await post(api, '{ auth_info { tenant_id } }')).toMatchObject({
    data: { auth_info: null },
    errors: [{}],
  });
});

test('an agent config is found by its id', async () => {
  const api = await start();
  const config = api.createAgentConfig({ labels: ['a'] });
  const answer = await post(api, `{ agent_config(where: { id: { _eq: "${config.id}" } }) { settings } }`);
  expect(answer.data).toEqual({ agent_config: [{ settings: { labels: ['a'] } }] });
});

test.each<[Fault, boolean, number | undefined]>([
  [{ kind: 'status', status: 503, when: 'before' }, false, 503],
  [{ kind: 'status', status: 502, when: 'after' }, true, 502],
  [{ kind: 'reset', when: 'before' }, false, undefined],
  [{ kind: 'reset', when: 'after' }, true, undefined],
  [{ kind: 'html' }, false, 200],
  [{ kind: 'delay', ms: 1 }, true, 200],
  [{ kind: 'error', type: 'API_ERROR', message: 'db down', when: 'before' }, false, 200],
])('under the fault %j the claim takes effect: %s', async (fault, effect, status) => {
  const { api, run } = await startWithRun({
    faults: ({ service, operation, sequence }) =>
      service === 'prefect' && operation === 'set_flow_run_states' && sequence === 1 ? fault : undefined,
  });
  const body = JSON.stringify({ query: setStates, variables: submitted(run.id) });
  const answer = await fetch(api.endpoint, { method: 'POST', body }).catch(() => undefined);
  expect(answer?.status).toBe(status);
  expect(api.flowRun(run.id)?.state).toBe(effect ? 'Submitted' : 'Scheduled');
  if (fault.kind === 'error') {
    expect(await answer?.json()).toEqual({
      data: null,
      errors: [{ message: 'db down', extensions: { code: 'API_ERROR' } }],
    });
  }
});

test('requests are kept with what they said, and counted by operation', async () => {
  const api = await start();
  await post(api, 'query Greet { a: hello }', {
    headers: { 'x-prefect-core-version': '1.4.1' },
    operationName: 'Greet',
  });
  await post(api, '{ nonsense }');
  expect(api.calls).toEqual({ hello: 1, invalid: 1 });
  expect(api.requests).toMatchObject([
    {
      operation: 'hello',
      operationName: 'Greet',
      query: 'query Greet { a: hello }',
      headers: { 'x-prefect-core-version': '1.4.1' },
    },
    { operation: 'invalid' },
  ]);
});

test('ids are the same for the same seed, and others without one', async () => {
  const ids = async (options: { seed?: number }) => {
    await using api = await startPrefect1({ clock: systemClock, ...options });
    return api.createTenant().id;
  };
  expect(await ids({ seed: 7 })).toBe(await ids({ seed: 7 }));
  expect(await ids({ seed: 7 })).not.toBe(await ids({ seed: 8 }));
  expect(await ids({})).not.toBe(await ids({}));
});

test('closing ends what a fault holds back', async () => {
  const held: AbortSignal[] = [];
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) => {
      if (signal !== undefined) held.push(signal);
      return systemClock.sleep(ms, signal);
    },
  };
  const api = await start({ clock, faults: () => ({ kind: 'delay', ms: 60_000 }) });
  const answer = post(api, '{ hello }').catch(() => 'cut off');
  await expect.poll(() => held.length).toBe(1);
  await api.close();
  expect(await answer).toBe('cut off');
  expect(held[0]?.aborted).toBe(true);
});
