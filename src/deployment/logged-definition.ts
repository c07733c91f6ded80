import { DEFAULT_TASK_DEFINITION } from '../prefect1/task-definition.ts';

/** The agent's built-in task definition, as JSON, with logs of the containers in the log group of infra/flow-logs.yml. */
export function loggedDefinition(logGroup: string): { readonly 'Fn::Sub': string } {
  const options = {
    'awslogs-group': logGroup,
    'awslogs-region': '${AWS::Region}',
    'awslogs-stream-prefix': 'flow',
  };
  const logConfiguration = { logDriver: 'awslogs', options };
  const definition = {
    ...DEFAULT_TASK_DEFINITION,
    containerDefinitions: [{ name: 'flow', logConfiguration }],
  };
  return { 'Fn::Sub': JSON.stringify(definition) };
}
