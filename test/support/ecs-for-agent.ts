import { onTestFinished } from 'vitest';
import { type EcsOptions, type EcsSandbox, startEcs } from '../../src/sandbox/ecs/ecs-server.ts';
import { AWS_ENVIRONMENT, stubAws } from './stub-aws.ts';

/** An ECS, and the variables by which the SDK finds it. They are set until the test ends. Its tasks live for an hour. */
export async function ecsForAgent(
  options: Pick<EcsOptions, 'clock'> & Partial<EcsOptions>,
): Promise<{ readonly ecs: EcsSandbox; readonly aws: Readonly<Record<string, string>> }> {
  const ecs = await startEcs({ runner: undefined, playMs: 3_600_000, ...options });
  onTestFinished(() => ecs.close());
  const aws = { ...AWS_ENVIRONMENT, AWS_ENDPOINT_URL_ECS: ecs.endpoint };
  stubAws(aws);
  return { ecs, aws };
}
