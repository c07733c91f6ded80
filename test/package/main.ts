import { setTimeout as delay } from 'node:timers/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/clock.ts';
import { startPrefect1 } from '../../src/sandbox/prefect1/prefect1-server.ts';
import { Checks } from '../support/checks.ts';
import { makeConsumer } from './consumer.ts';

/** Where a stand-in for `prefect` is. */
const STAND_IN = fileURLToPath(new URL('../../src/sandbox/bin', import.meta.url));

const PATIENCE_MS = 10_000;

/** Uses the npm package as a project of its own would. */
const checks = new Checks();
await using consumer = await makeConsumer();
const { packed } = consumer;
checks.equal('the package has its declarations', packed.includes('lib/index.d.ts'), true);
checks.equal('and a licence', packed.includes('LICENSE'), true);
checks.equal(
  'and no sources, tests and sandbox',
  packed.filter((path) => /^(src|test|infra)\b|sandbox|(?<!\.d)\.ts$/.test(path)),
  [],
);
checks.equal('a program that extends Agent is held to its types', await consumer.compile(), '');

const api = await startPrefect1({ clock: systemClock, seed: 1 });
api.createTenant();
const { id } = api.createFlowRun({ flowId: api.createFlow({ name: 'etl' }).id });
const PATH = [STAND_IN, dirname(process.execPath), String(process.env.PATH)].join(':');
await consumer.run({
  PATH,
  PREFECT__BACKEND: 'server',
  PREFECT__CLOUD__API: api.endpoint,
  PREFECT__CLOUD__AGENT__MAX_POLLS: '1',
  PREFECT__CLOUD__AGENT__ENV_VARS: JSON.stringify({ PATH, PREFECT__CLOUD__API: api.endpoint }),
});
const deadlineMs = Date.now() + PATIENCE_MS;
while (api.flowRun(id)?.state !== 'Success' && Date.now() < deadlineMs) await delay(100);
checks.equal('and starts a flow run', api.flowRun(id)?.state, 'Success');
checks.equal(
  'as the agent that it is',
  api.agents().map(({ type }) => type),
  ['LocalProcessAgent'],
);
await api.close();
process.exitCode = checks.end();
