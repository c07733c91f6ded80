import { expect, test } from 'vitest';
import { infrastructurePid } from '../../../src/ecs/infrastructure-pid.ts';

const ARN = 'arn:aws:ecs:us-east-1:123456789012:task/etl/0123456789abcdef';

test.each([
  ['etl', ARN, `etl::${ARN}`],
  [
    'arn:aws:ecs:us-east-1:123456789012:cluster/etl',
    ARN,
    `arn:aws:ecs:us-east-1:123456789012:cluster/etl::${ARN}`,
  ],
  [undefined, ARN, `arn:aws:ecs:us-east-1:123456789012:cluster/etl::${ARN}`],
  [
    undefined,
    'arn:aws:ecs:us-east-1:123456789012:task/0123',
    'default::arn:aws:ecs:us-east-1:123456789012:task/0123',
  ],
])('in the cluster %s the task %s is %s', (cluster, arn, pid) => {
  expect(infrastructurePid(arn, cluster)).toBe(pid);
});
