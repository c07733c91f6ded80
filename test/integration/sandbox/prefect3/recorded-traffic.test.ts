import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { startPrefect3 } from '../../../../src/sandbox/prefect3/prefect3-server.ts';
import { compareRecorded } from './compare-recorded.ts';

/** One exchange between a client and the genuine server, 3.8.8. Those of websockets and of AWS have no `method`. */
interface Recorded {
  readonly section: string;
  readonly method: string;
  readonly path: string;
  readonly req: unknown;
  readonly status: number;
  readonly res: unknown;
}

/** By their lines, which start at 0 with what the recording says about itself. */
const recorded = readFileSync(new URL('../../../fixtures/prefect3-traffic.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded)
  .map((exchange, line) => ({ ...exchange, line }))
  .filter(({ method }) => method);

const leftOut: Readonly<Record<number, string>> = {
  92: 'the database was busy',
  98: 'the database was busy',
  137: 'the database was busy',
  93: 'most of its ids were not recorded',
  97: 'most of its ids were not recorded',
  95: 'it met runs that were not recorded',
  105: 'no worker lists the concurrency limits',
  3: 'only the genuine worker looks at queues',
  21: 'only the genuine worker looks at queues',
  33: 'only the genuine worker and the Python client ask for one flow',
  41: 'only the genuine worker labels runs',
  54: 'flows are registered without a request',
  88: 'runs are created one by one',
  89: 'runs are created one by one',
  115: 'only the genuine worker looks at queues',
  117: 'nobody lists the workers',
  132: 'nobody reads logs by a request',
  135: 'only the genuine worker labels runs',
  138: 'job variables are not checked against the schema of the pool',
  175: 'only the genuine worker and the Python client ask for one flow',
  177: 'only the Python client asks for one queue',
  171: 'only the Python client asks for the storage of results',
  172: 'only the Python client asks for the storage of results',
};

const FLOW = 'd5d7d1d2-27f3-4908-ae9e-7d09a33432b2';

/** A server, and what happened on the genuine one without being recorded. */
async function replay() {
  let nowMs = 0;
  const api = await startPrefect3({
    clock: { now: () => nowMs, sleep: () => Promise.resolve() },
    seed: 1,
  });
  onTestFinished(() => api.close());
  const ids = new Map([[FLOW, api.createFlow('demo').id]]);
  const ours = (text: string) =>
    text.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => ids.get(id) ?? id);

  const send = async (method: string, path: string, req: unknown, headers: Record<string, string> = {}) => {
    const body = req === null ? {} : { body: ours(JSON.stringify(req)) };
    const answer = await fetch(api.endpoint + ours(path), { method, headers, redirect: 'manual', ...body });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };
  return {
    ids,
    send,
    at: (time: string) => (nowMs = Date.parse(time)),
    pool: (name: string, more: object = {}) => api.createWorkPool({ name, ...more }),
    deployment: async (id: string, name: string, pool: string, more: object = {}) => {
      const how = { entrypoint: 'flow_demo.py:demo', path: '/opt/flow', enforce_parameter_schema: false };
      const body = { name, flow_id: FLOW, work_pool_name: pool, ...how, ...more };
      const created = await send('POST', '/deployments/', body);
      ids.set(id, (created.body as { id: string }).id);
    },
    run: async (id: string, deployment: string, ...states: readonly string[]) => {
      const created = await send('POST', `/deployments/${deployment}/create_flow_run`, {});
      ids.set(id, (created.body as { id: string }).id);
      for (const type of states) await send('POST', `/flow_runs/${id}/set_state`, { state: { type } });
    },
  };
}

type Replay = Awaited<ReturnType<typeof replay>>;

const CLAIMS = 'e947ad8d-7d16-4f02-b601-041dafa9b01b';
const BULK = 'a1c79718-bd80-4df0-88ae-f12ce8828740';
const LATER = '1b642918-3c09-46f0-a221-2520d26aaac0';
const LIMITED = '7fd2d4dc-3e9b-4c26-8a2d-0b59e40365c4';
const CANCELS_NEW = '503c9785-5658-4c68-8275-3cb01d61e073';
const POOL_LIMITED = '99999999-5658-4c68-8275-3cb01d61e073';
const SWEPT = '896f8ab2-8a40-4ce7-a481-7723d3926413';
const RUNNING = ['PENDING', 'RUNNING'];
const unseen = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;

/** What happened before an exchange, by its line. */
const before: Readonly<Record<number, (to: Replay) => unknown>> = {
  1: ({ at }) => at('2026-11-23T09:46:25Z'),
  10: async ({ pool, send, deployment, at }) => {
    // The worker's websocket has made the pool.
    pool('auto-pool');
    await send('POST', '/work_pools/auto-pool/workers/heartbeat', {
      name: 'genuine',
      heartbeat_interval_seconds: 60,
    });
    at('2026-11-23T09:46:53Z');
    await deployment('1b9974dc-8613-4a7b-925a-4c346ba79ca2', 'd-auto-pool', 'auto-pool', {
      parameters: { n: 2 },
    });
  },
  19: async ({ at, run }) => {
    at('2026-11-23T09:48:22.735Z');
    await run('12a134d4-23d5-4529-9df2-06bd1b9ed235', '1b9974dc-8613-4a7b-925a-4c346ba79ca2');
  },
  29: ({ send, at }) => {
    at('2026-11-23T09:48:25.718Z');
    return send('PATCH', '/deployments/1b9974dc-8613-4a7b-925a-4c346ba79ca2', { parameters: {} });
  },
  53: ({ at }) => at('2026-11-23T11:01:00.763Z'),
  68: ({ send }) =>
    send('POST', '/flow_runs/e6a69cdc-a354-40b2-8f20-59839504b4db/set_state', {
      state: { type: 'PENDING', state_details: { transition_id: 'ba97f516-2877-444c-a5e0-6ed402919907' } },
    }),
  71: ({ run }) => run('7f8a54bb-c603-403a-9b78-c60bebf39d0c', CLAIMS),
  74: ({ run }) => run('e993e79e-7d71-4eec-b3c5-322a07c1189b', CLAIMS, ...RUNNING),
  75: ({ run }) => run('99ebdf90-33f8-4d16-b0a0-52018f168562', CLAIMS, ...RUNNING),
  76: ({ run }) => run('1acd9073-5673-412b-bb6e-892b999359d9', CLAIMS, ...RUNNING),
  78: ({ run }) => run('b2d895cf-8274-48c1-b4fb-4676b7d4c432', CLAIMS, ...RUNNING),
  80: ({ run }) => run('b06e37e5-8b29-4606-966f-7be9d1556452', CLAIMS, ...RUNNING),
  81: ({ run }) => run('188bc0a7-6c1e-4cbc-b5ae-6fa9626c0be4', CLAIMS, ...RUNNING),
  84: ({ run }) => run('3984310e-cc73-44d0-bd53-7b93bb462e4b', CLAIMS),
  86: ({ run }) => run('3ccaf2ed-f5ff-46c6-abd4-4f67beae4a04', CLAIMS),
  90: async ({ pool, deployment, run, ids }) => {
    pool('bulk-pool-666a');
    await deployment(BULK, 'bulk', 'bulk-pool-666a');
    // Results come by their ids, which are in no order of time.
    const results = [
      'c47fa0f8-e0dc-43bb-8918-31768a2c0edc',
      'b78fc5a1-c3af-428a-bc3d-4d24c9c57dd8',
      '66638a53-c141-47c5-9b41-9b5030e62682',
    ];
    for (const id of results) await run(id, BULK);
    const sorted = results
      .map((id) => ids.get(id) ?? '')
      .toSorted()
      .toReversed();
    for (const [index, id] of results.entries()) ids.set(id, sorted[index] ?? '');
  },
  94: async ({ pool, deployment }) => {
    pool('another');
    await deployment('ff627b0b-edb2-4a39-9db3-f6719d48fd82', 'bulkdanger', 'another');
  },
  99: async ({ pool, deployment }) => {
    pool('b-e7be');
    await deployment(LATER, 'later', 'b-e7be');
  },
  100: ({ send }) =>
    send('POST', '/flow_runs/7980027e-abeb-4af6-b8fc-0afb21c84525/set_state', {
      state: {
        type: 'PENDING',
        state_details: { transition_id: 'd312c789-3659-4dd2-b16a-6249199b96b1' },
      },
    }),
  101: async ({ pool, deployment, run }) => {
    pool('lim-e7be');
    await deployment(LIMITED, 'limited', 'lim-e7be', { concurrency_limit: 2 });
    await run(unseen(1), LIMITED, 'PENDING');
    await run('93db5624-564f-423c-a42e-de247f830573', LIMITED, 'PENDING');
    await run('224d25a5-3891-42d5-b41d-917494f1c8cf', LIMITED, 'PENDING');
  },
  103: ({ send }) =>
    send('POST', '/flow_runs/93db5624-564f-423c-a42e-de247f830573/set_state', {
      state: {
        type: 'SCHEDULED',
        name: 'AwaitingRetry',
        state_details: { scheduled_time: '2026-11-23T11:01:45.747436Z' },
      },
    }),
  104: async ({ send }) => {
    const path = '/flow_runs/224d25a5-3891-42d5-b41d-917494f1c8cf/set_state';
    await send('POST', path, { state: { type: 'PENDING' } });
    await send('POST', path, { state: { type: 'CRASHED' } });
  },
  106: async ({ deployment, run }) => {
    const more = { concurrency_limit: 1, concurrency_options: { collision_strategy: 'CANCEL_NEW' } };
    await deployment(CANCELS_NEW, 'cancels-new', 'lim-e7be', more);
    await run(unseen(2), CANCELS_NEW, 'PENDING');
    await run('a73df9b0-1542-4336-857b-ff1f7d17af93', CANCELS_NEW);
  },
  108: async ({ pool, deployment, run }) => {
    pool('pl-e7be', { concurrency_limit: 2 });
    await deployment(POOL_LIMITED, 'pool-limited', 'pl-e7be');
    for (const digit of [3, 4, 5]) await run(unseen(digit), POOL_LIMITED, 'PENDING');
  },
  110: async ({ send, at }) => {
    at('2026-11-23T11:01:16.900Z');
    for (const digit of [3, 4, 5]) {
      await send('POST', `/flow_runs/${unseen(digit)}/set_state`, { state: { type: 'CRASHED' } });
    }
    await send('POST', '/work_pools/pl-e7be/queues', { name: 'hi' });
    await send('POST', '/work_pools/pl-e7be/get_scheduled_flow_runs', {});
  },
  120: ({ send }) => send('PATCH', '/work_pools/pl-e7be', { is_paused: false }),
  121: async ({ pool, deployment, run, send }) => {
    pool('nr-e7be');
    await deployment(SWEPT, 'sw', 'nr-e7be');
    await run('ef2ee9bb-fb35-4288-a236-04fbde50aa27', SWEPT);
    await send('POST', '/flow_runs/ef2ee9bb-fb35-4288-a236-04fbde50aa27/set_state', {
      state: {
        type: 'PENDING',
        state_details: { transition_id: '897d8e52-e0fe-41c9-8e44-c7e4ff37cdae' },
      },
    });
  },
  123: async ({ at, run }) => {
    // The second run was due a little later.
    at('2026-11-23T11:01:17.619Z');
    await run('1ee47cb1-f7dc-49e5-9859-16b863c23f36', SWEPT, 'PENDING');
  },
  124: ({ send }) =>
    send('POST', '/flow_runs/1ee47cb1-f7dc-49e5-9859-16b863c23f36/set_state', {
      state: { type: 'CANCELLING' },
    }),
  125: ({ run }) => run('ecaf801c-cb28-41b3-a040-a79ee8d8d6ae', SWEPT),
  127: ({ run }) => run('447f2200-b078-487a-8f01-7d1f551c4ada', SWEPT, 'PENDING', 'CANCELLING'),
  139: ({ deployment }) => deployment('43d979d5-fe27-4203-8ef4-d47cf0b7df72', 'gone', 'nr-e7be'),
  141: async ({ at, pool, deployment, run }) => {
    at('2026-11-23T10:52:41.760Z');
    pool('mini1');
    const more = { parameters: { n: 3 }, job_variables: { env: { HELLO: 'w' } } };
    await deployment('d096f3cc-cd9e-425f-8020-de7be1a6c537', 'mini', 'mini1', more);
    await run('3c7d17c1-e347-48fa-9df6-15a8e5237337', 'd096f3cc-cd9e-425f-8020-de7be1a6c537');
  },
};
/** Of requests that depend on one. */
const headers: Readonly<Record<number, Record<string, string>>> = {
  136: { 'x-prefect-api-version': '0.7.9' },
};

/** What a list was cut to is made up again, and so is a template. */
function whole(req: unknown): unknown {
  return JSON.parse(JSON.stringify(req).replaceAll('"<template>"', '{}'), (_, value: unknown) => {
    if (!Array.isArray(value)) return value;
    const list: readonly unknown[] = value;
    const more = /^<(\d+) more>$/.exec(String(list.at(-1)))?.[1];
    if (more === undefined) return list;
    return [...list.slice(0, -1), ...Array.from({ length: Number(more) }, () => list.at(-2))];
  });
}

test.each([
  ['a genuine worker', ['worker-first-start-pool-missing', 'worker-one-run'], 17],
  ['a client of its own', ['direct'], 73],
  ['a small worker and its container', ['mini-worker', 'container'], 28],
])('every recorded request of %s is answered as it was', async (_, sections, count) => {
  const to = await replay();
  const exchanges = recorded.filter(({ section, line }) => sections.includes(section) && !(line in leftOut));
  for (const { line, method, path, req, status, res } of exchanges) {
    await before[line]?.(to);
    // The requests came when the states that they set say.
    const time = /"timestamp":"([^"]+)"/.exec(JSON.stringify(res))?.[1];
    if (time !== undefined && path.endsWith('set_state')) to.at(time);
    const answer = await to.send(method, path, whole(req), headers[line]);
    const what = `line ${line}: ${method} ${path}`;
    expect(answer.status, `${what}: ${JSON.stringify(answer.body)}`).toBe(status);
    compareRecorded(answer.body, res, to.ids, what);
  }
  expect(exchanges).toHaveLength(count);
});
