import * as z from 'zod/mini';
import type { Ministack } from './ministack.ts';
import { textsOf } from './texts-of.ts';

/** The physical ids of a stack's resources, by their names in the template. */
export async function resourcesOf(aws: Ministack, stack: string): Promise<ReadonlyMap<string, string>> {
  const xml = await aws.query('cloudformation', 'ListStackResources', { StackName: stack });
  const pairs = xml.matchAll(
    /<LogicalResourceId>([^<]+)<\/LogicalResourceId><PhysicalResourceId>([^<]*)<\/PhysicalResourceId>/g,
  );
  return new Map(Array.from(pairs, ([, name = '', id = '']) => [name, id]));
}

/** What there is in an account that had nothing before: of each kind that the service makes. */
export async function leftovers(aws: Ministack): Promise<readonly string[]> {
  const named = async (service: string, action: string, tag: string) =>
    textsOf(await aws.query(service, action), tag);
  const listed = async (service: string, target: string, list: string) =>
    z.record(z.string(), z.unknown()).parse(await aws.json(service, target))[list];
  const others = await Promise.all([
    listed('dynamodb', 'DynamoDB_20120810.ListTables', 'TableNames'),
    listed('events', 'AWSEvents.ListRules', 'Rules'),
    listed('logs', 'Logs_20140328.DescribeLogGroups', 'logGroups'),
    listed('sqs', 'AmazonSQS.ListQueues', 'QueueUrls'),
    listed('ecs', 'AmazonEC2ContainerServiceV20141113.ListClusters', 'clusterArns'),
    aws
      .get('lambda', '/2015-03-31/functions/')
      .then((answer) => z.object({ Functions: z.unknown() }).parse(answer).Functions),
    aws.get('apigateway', '/v2/apis').then((answer) => z.object({ items: z.unknown() }).parse(answer).items),
  ]);
  return [
    ...(await named('iam', 'ListRoles', 'RoleName')),
    ...(await named('monitoring', 'DescribeAlarms', 'AlarmName')),
    ...(await named('monitoring', 'ListDashboards', 'DashboardName')),
    ...others.flatMap((found) => (Array.isArray(found) ? found.map((item) => JSON.stringify(item)) : [])),
  ];
}
