import type { LogStream } from '../tasks/task-request.ts';

/** Where the AWS console is, by the partition of a task's ARN. */
const CONSOLES = new Map<string, (region: string) => string>([
  ['aws', (region) => `${region}.console.aws.amazon.com`],
  ['aws-cn', (region) => `${region}.console.amazonaws.cn`],
  ['aws-us-gov', () => 'console.amazonaws-us-gov.com'],
]);

/** The page of the CloudWatch console that shows a container's log; undefined in a partition without one. */
export function logsUrl({ group, region, prefix }: LogStream, taskArn: string): string | undefined {
  const [, partition = ''] = taskArn.split(':');
  const host = CONSOLES.get(partition)?.(region);
  const taskId = taskArn.split('/').at(-1) ?? '';
  if (host === undefined) return undefined;
  const stream = `${prefix}/${taskId}`;
  return `https://${host}/cloudwatch/home?region=${region}#logsV2:log-groups/log-group/${escaped(group)}/log-events/${escaped(stream)}`;
}

/** The console reads the part behind # encoded twice, with $ in place of %. */
function escaped(name: string): string {
  return encodeURIComponent(encodeURIComponent(name)).replaceAll('%', '$');
}
