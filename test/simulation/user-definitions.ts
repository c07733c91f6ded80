import type { RegisterTaskDefinitionRequest } from '@aws-sdk/client-ecs';
import type { EmbeddedEcs } from '../../src/sandbox/ecs/ecs-server.ts';
import { KEY_ARN } from './prefect-world.ts';

/** Registers definitions that runs name: `pinned` can be used, `keyless` has no place for the API key. */
export function putDefinitions(ecs: EmbeddedEcs, keyVariable: string): void {
  const secrets = [{ name: keyVariable, valueFrom: KEY_ARN }];
  const common: Omit<RegisterTaskDefinitionRequest, 'family' | 'containerDefinitions'> = {
    ...{ networkMode: 'awsvpc', cpu: '256', memory: '512', requiresCompatibilities: ['FARGATE'] },
    executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
  };
  const container = { name: 'flow', image: 'example.com/pinned' };
  ecs.putTaskDefinition({
    ...common,
    family: 'pinned',
    containerDefinitions: [{ ...container, secrets }],
  });
  ecs.putTaskDefinition({ ...common, family: 'keyless', containerDefinitions: [container] });
}
