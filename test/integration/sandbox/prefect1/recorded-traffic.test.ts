import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startPrefect1 } from '../../../../src/sandbox/prefect1/prefect1-server.ts';

/** One request of the genuine Python agent or flow process, and what a recorder answered. */
interface Recorded {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly query: string;
  readonly variables: unknown;
  readonly response: { readonly data: Record<string, unknown> };
}

const recorded = readFileSync(new URL('../../../fixtures/prefect1-traffic.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Compares an answer with the recorded one and learns which id stands for which.
 * The recorder gave more fields than were asked for; the answer has to be right in those that it has.
 */
function compare(actual: unknown, expected: unknown, ids: Map<string, string>, path: string): void {
  if (path.endsWith('.scheduled_start_time')) {
    // The recorder made it up anew for each answer.
    expect(actual, path).toBe('2026-11-23T07:54:18.272+00:00');
  } else if (path.endsWith('.serialized_state') && expected === null) {
    // The genuine server has a state from the start, where the recorder had none.
    expect(actual, path).toMatchObject({ type: 'Pending' });
  } else if (typeof expected === 'string' && uuid.test(expected)) {
    expect(actual, path).toMatch(uuid);
    const known = ids.get(expected) ?? String(actual);
    expect(actual, path).toBe(known);
    ids.set(expected, known);
  } else if (typeof actual === 'object' && actual !== null) {
    expect(Array.isArray(actual), path).toBe(Array.isArray(expected));
    if (Array.isArray(actual)) expect(actual, path).toHaveLength((expected as unknown[]).length);
    for (const [key, value] of Object.entries(actual)) {
      expect(expected, path).toHaveProperty([key]);
      compare(value, (expected as Record<string, unknown>)[key], ids, `${path}.${key}`);
    }
  } else {
    expect(actual, path).toBe(expected);
  }
}

test('every recorded request of a genuine agent and flow process is answered as it was', async () => {
  const metadata = recorded.flatMap(
    ({ response }) => (response.data.flow_run as object[] | undefined) ?? [],
  )[0] as {
    run_config: Record<string, unknown>;
    flow: { name: string; storage: Record<string, unknown> };
  };
  const clock = { now: () => Date.parse('2026-11-23T07:54:21Z'), sleep: () => Promise.resolve() };
  await using api = await startPrefect1({ clock, seed: 1 });
  const flow = api.createFlow({
    name: metadata.flow.name,
    project: 'demo',
    storage: metadata.flow.storage,
    runConfig: metadata.run_config,
    tasks: [{ slug: '[1, 2]-1' }, { slug: 'add-1' }, { slug: 'boom-1' }],
  });
  const run = api.createFlowRun({
    flowId: flow.id,
    name: 'brave-lynx',
    startTime: '2026-11-23T07:54:18.272734+00:00',
  });

  const ids = new Map<string, string>();
  for (const [index, { path, headers, query, variables, response }] of recorded.entries()) {
    let body = JSON.stringify({ query, variables: JSON.stringify(variables) });
    for (const [theirs, ours] of ids) body = body.replaceAll(theirs, ours);
    const agentId = headers['X-PREFECT-AGENT-ID'];
    const answer = await fetch(`${api.endpoint}${path}`, {
      method: 'POST',
      headers: { ...headers, ...(agentId !== undefined && { 'X-PREFECT-AGENT-ID': ids.get(agentId) ?? '' }) },
      body,
    });
    const answered = (await answer.json()) as Record<string, unknown>;
    expect(answered, `request ${index}: ${query}`).not.toHaveProperty('errors');
    compare(answered, response, ids, String(index));
  }

  expect(recorded).toHaveLength(32);
  expect(api.flowRun(run.id)).toMatchObject({ state: 'Success', version: 4, agent_id: api.agents()[0]?.id });
  expect(api.taskRuns(run.id).map((taskRun) => [taskRun.map_index, taskRun.name, taskRun.state])).toEqual([
    [-1, null, 'Success'],
    [-1, null, 'Mapped'],
    [-1, null, 'Success'],
    [0, 'add-1', 'Success'],
    [1, 'add-2', 'Success'],
  ]);
  expect(api.logs(run.id).at(-1)).toMatchObject({ name: 'lab', message: 'Submitted for execution: pid' });
});
