import { onTestFinished, vi } from 'vitest';
import { type EcsOptions, type EcsSandbox, startEcs } from '../../src/sandbox/ecs/ecs-server.ts';

/** An ECS, and the variables by which the SDK finds it. They are set until the test ends. Its tasks live for an hour. */
export async function ecsForAgent(
  options: Pick<EcsOptions, 'clock'> & Partial<EcsOptions>,
): Promise<{ readonly ecs: EcsSandbox; readonly aws: Readonly<Record<string, string>> }> {
  const ecs = await startEcs({ runner: undefined, playMs: 3_600_000, ...options });
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await ecs.close();
  });
  const aws = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_ENDPOINT_URL_ECS: ecs.endpoint,
  };
  for (const [name, value] of Object.entries(aws)) vi.stubEnv(name, value);
  return { ecs, aws };
}
