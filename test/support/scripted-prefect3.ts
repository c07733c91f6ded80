import type { Prefect3Client } from '../../src/prefect3/client.ts';
import type { Prefect3FlowRun } from '../../src/prefect3/flow-run.ts';

type Body = Readonly<Record<string, unknown>>;

/** The answer to one request; an error is thrown. */
type Answer = (body: Body, attempt: number) => unknown;

const USUAL: Readonly<Record<string, Answer>> = {
  'flows/filter': () => [{ id: 'flow', name: 'etl' }],
  'deployments/filter': () => [],
  'flow_runs/filter': () => [],
};

export interface Sent {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body: Body;
}

/** A client that answers each request as the test says, by its body and how often it was made before. */
export function scriptedClient3(answers: Readonly<Record<string, Answer>> = {}) {
  const sent: Sent[] = [];
  const request = async ({
    answer,
    ...asked
  }: Sent & { readonly answer: { parse(value: unknown): unknown } }): Promise<unknown> => {
    sent.push(asked);
    const attempt = sent.filter(({ name }) => name === asked.name).length;
    const given = await (answers[asked.name] ?? USUAL[asked.name])?.(asked.body, attempt);
    if (given instanceof Error) throw given;
    return answer.parse(given);
  };
  const of = (name: string) => sent.filter((one) => one.name === name).map(({ body }) => body);
  return { client: { request } as unknown as Prefect3Client, sent, of };
}

/** A state as the API shows it. */
export const shownState = (type: string, change: object = {}) => ({
  id: 'state',
  type,
  timestamp: '2026-11-23T11:00:00Z',
  message: null,
  state_details: { transition_id: null },
  ...change,
});

/** A row of flow runs as the API shows it. */
export const row3 = (id: string, state: object | null = null, change: object = {}) => ({
  id,
  name: `name-${id}`,
  flow_id: 'flow',
  state,
  ...change,
});

export const run3 = (id: string, change: Partial<Prefect3FlowRun> = {}): Prefect3FlowRun => ({
  id,
  name: `name-${id}`,
  startTimeMs: 0,
  flow: { id: 'flow', name: 'etl' },
  deployment: undefined,
  jobVariables: {},
  stateId: 'state',
  infrastructurePid: undefined,
  ...change,
});
