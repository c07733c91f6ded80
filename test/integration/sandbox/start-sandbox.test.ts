import { RunTaskCommand } from '@aws-sdk/client-ecs';
import { expect, test } from 'vitest';
import { startSandbox } from '../../../src/sandbox/start-sandbox.ts';
import { definition, ecsClient, runInput } from './ecs/ecs-client.ts';

test('a sandbox of Prefect 3 points a function at its work pool, and its tasks execute flow runs', async () => {
  await using sandbox = await startSandbox({ generation: 3, ecs: { provisioningMs: 0 } });
  const { prefect3, ecs, functionEnv } = sandbox;
  expect(functionEnv).toMatchObject({ PREFECT_API_URL: prefect3.endpoint, PREFECT_WORK_POOL: 'ecs-pool' });
  expect(functionEnv).not.toHaveProperty('PREFECT__CLOUD__API');

  const { id } = prefect3.createFlowRun({ deploymentId: prefect3.createDeployment().id });
  prefect3.setFlowRunState(id, { type: 'PENDING' });
  ecs.putTaskDefinition(definition);
  const client = ecsClient(ecs.endpoint);
  const environment = [
    { name: 'PREFECT_API_URL', value: prefect3.endpoint },
    { name: 'PREFECT__FLOW_RUN_ID', value: id },
  ];
  const container = { name: 'flow', command: ['prefect', 'flow-run', 'execute'], environment };
  await client.send(new RunTaskCommand({ ...runInput, overrides: { containerOverrides: [container] } }));
  client.destroy();
  await expect.poll(() => prefect3.flowRun(id)?.state_type, { timeout: 10_000 }).toBe('COMPLETED');
  await expect.poll(() => ecs.tasks()[0]?.containers[0]?.exitCode, { timeout: 10_000 }).toBe(0);
});
