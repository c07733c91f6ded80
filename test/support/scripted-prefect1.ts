import type { Prefect1Client } from '../../src/prefect1/client.ts';
import type { Prefect1FlowRun } from '../../src/prefect1/flow-run.ts';
import type { GraphQLErrorEntry } from '../../src/prefect1/answer.ts';

type Variables = Readonly<Record<string, unknown>>;

interface Operation {
  readonly name: string;
  readonly resend: string;
  readonly document: unknown;
}

/** The answer to one request; an error is thrown. */
type Answer = (variables: Variables, attempt: number) => unknown;

export const ACCEPTED = { states: [{ id: 'x', status: 'SUCCESS', message: null }] };

/** What a mutation is answered that all goes well with. */
const accepted: Answer = (variables) => ({
  data: Object.fromEntries(Object.keys(variables).map((alias) => [alias, ACCEPTED])),
  errors: [],
});

export const refusedAs = (
  alias: string | undefined,
  message: string,
  code?: string,
): { readonly data: object; readonly errors: readonly GraphQLErrorEntry[] } => ({
  data: {},
  errors: [{ alias, message, code }],
});

/** A client that answers each operation as the test says, by its variables and how often it was asked before. */
export function scriptedClient(answers: Readonly<Record<string, Answer>> = {}) {
  const sent: (Operation & { readonly variables: Variables })[] = [];
  const call = async ({ name, resend, document }: Operation, variables: Variables): Promise<unknown> => {
    sent.push({ name, resend, document, variables });
    const attempt = sent.filter((one) => one.name === name).length;
    const answer = (answers[name] ?? accepted)(variables, attempt);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const client = { request: call, requestEach: call } as unknown as Prefect1Client;
  return { client, sent, names: () => sent.map(({ name }) => name) };
}

/** A run that is Scheduled, at version 1. */
export const scheduledRun = (id: string, change: Partial<Prefect1FlowRun> = {}): Prefect1FlowRun => ({
  id,
  name: `name-${id}`,
  startTimeMs: 0,
  version: 1,
  state: { type: 'Scheduled' },
  flow: { id: 'flow', name: 'etl', version: 1, storage: null, coreVersion: null },
  runConfig: null,
  taskRuns: [],
  ...change,
});
