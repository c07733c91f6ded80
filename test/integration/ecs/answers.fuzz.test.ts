import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { CallRate } from '../../../src/ecs/call-rate.ts';
import { EcsLauncher } from '../../../src/ecs/ecs-launcher.ts';
import { RetryingSender } from '../../../src/ecs/retrying-sender.ts';
import { TaskDefinitions } from '../../../src/ecs/task-definitions.ts';
import type { TaskRequest } from '../../../src/tasks/task-request.ts';
import { REQUEST } from '../../support/ecs.ts';
import { answeringEcs, ARN, good, wire, type Wire } from '../../support/ecs-answers.ts';
import { fuzz } from '../../support/fuzz.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

const DEFINITION_ARN = 'arn:aws:ecs:us-east-1:123456789012:task-definition/prefect-1:1';
const STARTED = { tasks: [{ taskArn: ARN }], failures: [] };
const REGISTERED = { taskDefinition: { taskDefinitionArn: DEFINITION_ARN, status: 'ACTIVE' }, tags: [] };
const REQUEST_WITH_LOGS: TaskRequest = {
  ...REQUEST,
  logStream: { group: 'flows', region: 'us-east-1', prefix: 'x/flow' },
};

/** An ECS that gives each operation the answer of this moment, and a launcher that knows nothing yet. */
async function ecs() {
  const { client, answer, sent } = await answeringEcs();
  /** Time that flies, and is up at the first wait after every run was sent once. */
  const impatience = (runs: number) => {
    const stop = new AbortController();
    let waits = 0;
    const sleep = async () => {
      if (sent('RunTask') >= runs || ++waits > 20) stop.abort(new Error('Time is up.'));
      return Promise.resolve();
    };
    return { clock: { now: () => Date.now(), sleep }, signal: stop.signal };
  };
  const launcher = (clock: Clock) => {
    return new EcsLauncher({
      agent: 'lambda',
      client,
      definitions: new TaskDefinitions(new RetryingSender(client, clock), systemClock),
      rate: new CallRate(systemClock, { perSecond: 1000, isLimit: true }),
      clock,
      logger: new RecordingLogger(),
      spotFallback: false,
      taskRequest: async () => Promise.resolve(REQUEST_WITH_LOGS),
    });
  };
  const launch = async (ids: readonly string[], given: Readonly<Record<string, Wire>>) => {
    answer({
      DescribeTaskDefinition: good(REGISTERED),
      RegisterTaskDefinition: good(REGISTERED),
      ...given,
    });
    const { clock, signal } = impatience(ids.length);
    const runs = ids.map((id) => ({ id, name: id, startTimeMs: 0, claimKey: '1' }));
    return launcher(clock).launch(runs, signal);
  };
  return { launch };
}

const options = fuzz(120);

test('a launch has an outcome for each run, whatever ECS answers', async () => {
  const { launch } = await ecs();
  const answers = fc.record({
    RunTask: fc.oneof(
      wire(STARTED),
      fc.constantFrom(
        good(STARTED),
        good({ tasks: [{ taskArn: 'arn:__proto__:x' }] }),
        good({ tasks: [{ taskArn: 5 }] }),
      ),
    ),
    DescribeTaskDefinition: wire(REGISTERED),
    RegisterTaskDefinition: wire(REGISTERED),
  });
  await fc.assert(
    fc.asyncProperty(answers, async (given) => {
      const outcomes = await launch(['a', 'b'], given);
      expect(outcomes).toHaveLength(2);
      for (const outcome of outcomes) {
        expect(['started', 'retry', 'unsent', 'blocked', 'unknown', 'failed']).toContain(outcome.kind);
        if (outcome.kind === 'started') expect(outcome.infrastructureId).toMatch(/\S/);
        else expect(outcome.reason).toMatch(/\S/);
      }
    }),
    options,
  );
});

const hasFailures = ({ body }: Wire): boolean => /"failures":\[[^\]]/.test(body);

test('a run is only given up when ECS says for certain that it has no task', async () => {
  const { launch } = await ecs();
  const vague = wire(STARTED).filter(
    (answer) => (answer.status < 400 || answer.status >= 500) && !hasFailures(answer),
  );
  await fc.assert(
    fc.asyncProperty(vague, async (RunTask) => {
      for (const { kind } of await launch(['a'], { RunTask }))
        expect(['started', 'unsent', 'unknown']).toContain(kind);
    }),
    options,
  );
});
