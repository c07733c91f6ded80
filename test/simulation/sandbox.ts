import { ListClustersCommand } from '@aws-sdk/client-ecs';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { HttpResponse } from '@smithy/core/protocols';
import { CallCounter } from '../../src/call-counter.ts';
import { systemClock } from '../../src/clock.ts';
import { createAgent } from '../../src/compose/create-agent.ts';
import type { Warm } from '../../src/functions/warm.ts';
import type { Logger } from '../../src/logger.ts';
import type { Generation } from '../../src/settings/generation.ts';
import { secretReference } from '../../src/settings/secret-reference.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { uuids } from '../../src/sandbox/uuids.ts';
import { AWS } from '../support/ecs.ts';
import { Environment } from './environment.ts';
import type { Invocation } from './invocation.ts';
import { CANARY } from './leaks.ts';
import { Network } from './network.ts';
import type { World } from './world.ts';

function answers(body: unknown) {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { 'content-type': 'application/x-amz-json-1.1' };
  return {
    handle: () => Promise.resolve({ response: new HttpResponse({ statusCode: 200, headers, body: bytes }) }),
  };
}

const secretsManager = new SecretsManagerClient({
  ...AWS,
  requestHandler: answers({ SecretString: CANARY }),
});

const LOAD_PREFECT: Readonly<Record<Generation, () => Promise<unknown>>> = {
  1: () => Promise.all([import('../../src/prefect1/claim.ts'), import('../../src/prefect1/settle.ts')]),
  3: () =>
    Promise.all([
      import('../../src/prefect3/claim.ts'),
      import('../../src/prefect3/settle.ts'),
      import('../../src/prefect3/record-launches.ts'),
    ]),
};

/**
 * What is loaded only when it is needed takes real time, which virtual time does not wait for: a story would be
 * another one in a process that has just begun.
 */
export async function loadEverything(settings: Settings): Promise<void> {
  const silent = () => undefined;
  const { launching } = await createAgent(settings, {
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    calls: new CallCounter(),
    clock: systemClock,
    ecsConfig: { ...AWS, requestHandler: answers({ clusterArns: [] }) },
  });
  await (await launching()).ecsClient.send(new ListClustersCommand());
  const { readSecret } = await import('../../src/settings/read-secret.ts');
  await readSecret(secretReference(''), new AbortController().signal, secretsManager);
  await import('../../src/agent/recover.ts');
  await import('../../src/functions/poll-and-note.ts');
  await LOAD_PREFECT[settings.prefect.generation]();
}

/** A process of a function, and what it keeps warm. */
export interface Sandbox {
  readonly env: Environment;
  readonly warm: Warm;
  /** What it is at work on. */
  current: Invocation | undefined;
}

/** A cold start. */
export async function coldSandbox(world: World, name: string): Promise<Sandbox> {
  const { clock, trace, prefect, ecs, mutation } = world;
  const env = new Environment(name, clock, trace);
  const network = new Network(env, {
    world: clock,
    choices: world.choices(`network of ${name}`),
    operationOf: (message) => prefect.operationOf(message),
    answer: { prefect: (message) => prefect.answer(message), ecs: (message) => ecs.answer(message) },
    onRequest: (exchange) => sandbox.current?.requested(exchange),
    onReply: (exchange) => sandbox.current?.answered(exchange),
    mutation,
  });
  const calls = new CallCounter();
  const logger = listening(world, env);
  const created = await createAgent(prefect.settings, {
    ...{ logger, calls, clock: env, secretsManager },
    uuid: uuids(world.choices(`ids of ${name}`).random),
    random: world.choices(`retries of ${name}`).random,
    fetch: network.fetch,
    ecsConfig: { ...AWS, requestHandler: network.requestHandler },
  });
  const control = world.control.seenFrom(env, (record) => sandbox.current?.remembered(record));
  const warm = { ...created, logger, calls, clock: env, control: mutation.control?.(control) ?? control };
  mutation.agent?.(warm.agent);
  const sandbox: Sandbox = { env, warm, current: undefined };
  return sandbox;
}

/** Tells the trace what the agent complains of, and looks for the API key in all that it says. */
function listening({ trace, leaks }: World, env: Environment): Logger {
  const hear = (message: string, ...fields: Record<string, unknown>[]) => {
    leaks.watch('the log', message);
    for (const field of fields) leaks.watch('the log', field);
  };
  const complain = (message: string, ...fields: Record<string, unknown>[]) => {
    hear(message, ...fields);
    const { reason, error } = Object.assign({}, ...fields) as Record<string, unknown>;
    const why = typeof reason === 'string' ? reason : error instanceof Error ? error.message : '';
    trace.note(env.name, `says: ${message} ${why}`);
  };
  return { debug: hear, info: hear, warn: complain, error: complain };
}
