import type { ECSClient } from '@aws-sdk/client-ecs';
import type { Clock } from '../../src/clock.ts';

type Answer = (input: Readonly<Record<string, unknown>>, attempt: number) => unknown;

export const TASK_ARN = 'arn:aws:ecs:us-east-1:123456789012:task/default/0123';

const ACTIVE = { taskDefinition: { taskDefinitionArn: 'prefect-1:1', status: 'ACTIVE' }, tags: [] };

const USUAL: Readonly<Record<string, Answer>> = {
  DescribeTaskDefinition: () => ACTIVE,
  RegisterTaskDefinition: () => ACTIVE,
  TagResource: () => ({}),
  RunTask: () => ({ tasks: [{ taskArn: TASK_ARN }], failures: [] }),
};

/** An error as the SDK throws it for an answer of AWS. */
export function awsError(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 }, ...more });
}

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: object;
}

interface Sent {
  readonly operation: string;
  /** Since the beginning, in milliseconds. */
  readonly atMs: number;
  readonly input: Readonly<Record<string, unknown>>;
  readonly abortSignal: AbortSignal | undefined;
}

/** A client that answers each operation as the test says, by its input and how often it was asked before. */
export function scriptedEcs(clock: Clock, answers: Readonly<Record<string, Answer>> = {}) {
  const startMs = clock.now();
  const sent: Sent[] = [];
  const of = (operation: string) => sent.filter((one) => one.operation === operation);
  const send = async (command: Command, { abortSignal }: { readonly abortSignal?: AbortSignal }) => {
    const operation = command.constructor.name.replace(/Command$/, '');
    const input = { ...command.input };
    sent.push({ operation, atMs: clock.now() - startMs, input, abortSignal });
    return Promise.resolve((answers[operation] ?? USUAL[operation])?.(input, of(operation).length));
  };
  return { client: { send } as unknown as Pick<ECSClient, 'send'>, of };
}
