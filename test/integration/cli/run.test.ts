import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type EcsOptions, startEcs } from '../../../src/sandbox/ecs/ecs-server.ts';
import type { Fault, FaultPlan } from '../../../src/sandbox/faults.ts';
import { type Prefect1Options, startPrefect1 } from '../../../src/sandbox/prefect1/prefect1-server.ts';
import { cli, FakeIo } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { stubAws } from '../../support/stub-aws.ts';

beforeEach(() => {
  stubAws();
});

const always =
  (operation: string, fault: Fault): FaultPlan =>
  (request) =>
    request.operation === operation ? fault : undefined;

/** A Prefect Server with one flow, an ECS, and the settings for both. */
async function world(options: { prefect?: Partial<Prefect1Options>; ecs?: Partial<EcsOptions> } = {}) {
  const prefect = await startPrefect1({ clock: systemClock, ...options.prefect });
  const ecs = await startEcs({ clock: systemClock, runner: undefined, ...options.ecs });
  onTestFinished(async () => {
    await Promise.all([prefect.close(), ecs.close()]);
  });
  vi.stubEnv('AWS_ENDPOINT_URL_ECS', ecs.endpoint);
  const runConfig = {
    type: 'ECSRun',
    image: 'flow:1',
    labels: ['prod'],
    env: { DATABASE_URL: 'postgres://me:sesame@db/etl' },
  };
  const storage = { type: 'Local' };
  const flow = prefect.createFlow({ name: 'etl', runConfig, storage });
  const env = {
    PREFECT__BACKEND: 'server',
    PREFECT__CLOUD__API: prefect.endpoint,
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: 'subnet-0a1b2c3d',
  };
  const queue = (name: string) => prefect.createFlowRun({ flowId: flow.id, name });
  return { prefect, ecs, env, queue };
}

describe('run', () => {
  test('starts what is due, says so while it happens, and ends with the table', async () => {
    const { ecs, env, queue } = await world();
    const run = queue('owl');
    const { code, out, err } = await cli(['run', '-l', 'prod', '-e', 'A=B', '--cluster', 'default'], env);
    expect({ code, tasks: ecs.tasks().length }).toEqual({ code: 0, tasks: 1 });
    expect(err).toMatch(new RegExp(`INFO {2}Completed deployment of flow run ${run.id}`));
    expect(out).toMatch(
      new RegExp(`^FLOW RUN .*\nowl +${run.id} +started +\\S+ \\w+ late +task/default/\\w+\n`),
    );
    expect(out).toMatch(/\d poll.*: 1 found, 1 claimed, 1 started\.\n/);
  });

  test('with --json writes what the function answers', async () => {
    const { env, queue } = await world();
    queue('owl');
    const { code, out } = await cli(['run', '--json', '-l', 'prod', '-n', 'me', '--log-level', 'ERROR'], env);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      agent: 'me',
      dryRun: false,
      started: 1,
      runs: [{ name: 'owl', outcome: 'started' }],
      calls: { ecs: { RunTask: 1 } },
    });
  });

  test('leaves alone what is not labelled for it', async () => {
    const { ecs, env, queue } = await world();
    queue('owl');
    const { code, out } = await cli(['run', '-l', 'dev'], env);
    expect({ code, tasks: ecs.tasks().length }).toEqual({ code: 0, tasks: 0 });
    expect(out).toContain('1 poll: no flow run was due.');
  });

  test('a run that was put back ends with 5, and the table is shown all the same', async () => {
    const fault: Fault = { kind: 'failures', reason: 'RESOURCE:MEMORY' };
    const { env, queue } = await world({ ecs: { faults: always('RunTask', fault) } });
    queue('owl');
    const { code, out, err } = await cli(['run', '-l', 'prod'], env);
    expect(code).toBe(5);
    expect(out).toMatch(/put-back .*RESOURCE:MEMORY/);
    expect(err).toMatch(/error: None of 1 due/);
  });

  test('an API that is down ends with 3', async () => {
    const { env } = await world();
    const api = `http://127.0.0.1:${await freePort()}`;
    const { code, out, err } = await cli(['run', '--api', api, '--log-level', 'ERROR'], env);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^error: .*Prefect API/);
  });

  test('a poll that the API refuses ends with 3, with the sums', async () => {
    const refusal = always('get_runs_in_queue', { kind: 'status', status: 400, when: 'before' });
    const { env } = await world({ prefect: { faults: refusal } });
    const { code, out, err } = await cli(['run', '-l', 'prod'], env);
    expect(code).toBe(3);
    expect(out).toContain('1 poll (1 failed)');
    expect(err).toContain('error: A poll failed: PrefectApiError');
  });

  test('without credentials it claims nothing', async () => {
    const { prefect, env, queue } = await world();
    queue('owl');
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const { code, err } = await cli(['run', '-l', 'prod'], env);
    expect({ code, requests: prefect.requests.length }).toEqual({ code: 4, requests: 0 });
    expect(err).toContain('aws sso login');
  });
});

describe('run --forever', () => {
  test('lives until the first signal, serves its address, and ends with 0', async () => {
    const { ecs, env, queue } = await world();
    const address = `http://127.0.0.1:${await freePort()}`;
    const io = new FakeIo(env);
    const ended = io.run('run', '--forever', '-l', 'prod', '--agent-address', address);
    await vi.waitFor(async () => {
      expect((await fetch(`${address}/api/health`)).status).toBe(200);
    });
    queue('owl');
    await fetch(`${address}/api/poke`);
    await vi.waitFor(() => {
      expect(ecs.tasks()).toHaveLength(1);
    }, 10_000);
    io.signal('SIGINT');
    expect(await ended).toBe(0);
    expect(io.err).toContain('Stopping');
    expect(io.out).toMatch(/owl .* started /);
    await expect(fetch(address)).rejects.toThrow('fetch failed');
  });

  test('the second signal ends it at once', async () => {
    const { env } = await world({ prefect: { faults: () => ({ kind: 'delay', ms: 5000 }) } });
    const io = new FakeIo(env);
    const ended = io.run('run', '--forever');
    await vi.waitFor(() => {
      expect(io.listeners).toBe(1);
    });
    io.signal('SIGTERM');
    io.signal('SIGTERM');
    expect(await ended).toBe(143);
  });
});

describe('plan', () => {
  test('shows what a poll would do, and does none of it', async () => {
    const { prefect, ecs, env, queue } = await world();
    const run = queue('owl');
    const { code, out } = await cli(['plan', '--label', 'prod', '--cluster', 'etl'], env);
    expect(code).toBe(0);
    expect(out).toMatch(
      new RegExp(
        `^owl ${run.id}\n {2}starts: .* ago\n {2}taskDefinition: \\S+\n {2}images: \\[ flow:1 \\]\n {2}cluster: etl\n`,
      ),
    );
    expect(out).toContain('- { name: PREFECT__BACKEND, value: server }');
    expect(out).toContain('- { name: DATABASE_URL, value: "[not shown]" }');
    expect(out).not.toContain('sesame');
    expect(out).toContain('\n1 flow run is due.\n');
    expect(prefect.flowRun(run.id)?.state).toBe('Scheduled');
    expect({ agents: prefect.agents().length, ecs: ecs.requests.length }).toEqual({ agents: 0, ecs: 0 });
  });

  test('with --json is the array', async () => {
    const { env, queue } = await world();
    const run = queue('owl');
    const { out } = await cli(['plan', '--json', '-l', 'prod'], env);
    expect(JSON.parse(out)).toMatchObject([
      { flowRunId: run.id, name: 'owl', action: 'launch', runTask: {} },
    ]);
  });

  test('nothing due is said, and is no error', async () => {
    const { env } = await world();
    expect(await cli(['plan'], env)).toEqual({ code: 0, out: 'No flow runs are due.\n', err: '' });
    expect((await cli(['plan', '--json'], env)).out).toBe('[]\n');
  });

  test('an API that refuses ends with 3', async () => {
    const refusal = always('get_runs_in_queue', { kind: 'status', status: 400, when: 'before' });
    const { env } = await world({ prefect: { faults: refusal } });
    const { code, err } = await cli(['plan'], env);
    expect(code).toBe(3);
    expect(err).toMatch(/^error: .*Prefect API/);
  });
});
