import type { RunTaskRequest } from '@aws-sdk/client-ecs';
import { PollTally } from '../../src/agent/poll-report.ts';
import type { TaskFinder } from '../../src/agent/launched-task.ts';
import type { ControlStore } from '../../src/control/control-record.ts';
import type { FlowRun } from '../../src/agent/flow-run.ts';
import type { Reply } from '../../src/sandbox/message.ts';
import { type Generation, GENERATIONS } from '../../src/settings/generation.ts';
import type { FaultKind } from './fault-kinds.ts';
import { CANARY } from './leaks.ts';

/** A deliberate break of the agent, put in from outside: the invariants must notice it. */
export interface Mutation {
  /** Rewrites what is sent to ECS. */
  readonly ecsInput?: (operation: string, input: Record<string, unknown>) => Record<string, unknown>;
  /** Rewrites what is sent to Prefect. */
  readonly prefectBody?: (operation: string, body: string) => string;
  /** Rewrites an answer before the agent sees it. */
  readonly reply?: (service: string, operation: string, reply: Reply) => Reply;
  /** Moves the deadline that the agent is told, in milliseconds. */
  readonly deadlineShiftMs?: number;
  /** Replaces the control store. */
  readonly control?: (store: ControlStore) => ControlStore;
  /** Replaces methods of what finds the tasks of a run, where the stop of one is heard. */
  readonly finder?: (
    finder: TaskFinder<FlowRun>,
    claimKey: (flowRunId: string) => string | undefined,
  ) => void;
  /** Replaces methods of the agent. */
  readonly agent?: (agent: object) => void;
}

const noRoom: Reply = {
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify({ tasks: [], failures: [{ reason: 'RESOURCE:CPU' }] }),
};

function isLost(reply: Reply): boolean {
  return reply === 'reset' || reply.status >= 500;
}

/** By what the broken agent does. */
export const MUTATIONS = {
  /** RunTask without a token. */
  'no token': breaks(1, () => ({
    ecsInput: (_, { clientToken: _token, ...input }) => input,
  })),
  /** Each attempt of a launch has a token of its own. */
  'new token per attempt': breaks(1, () => {
    let tokens = 0;
    return {
      ecsInput: (operation, input) =>
        operation === 'RunTask' ? { ...input, clientToken: `token-${(tokens += 1)}` } : input,
    };
  }),
  /** Launches and tells long after the time that it has. */
  'works past the deadline': breaks(6, () => ({ deadlineShiftMs: 40_000 })),
  /** A RunTask whose answer was lost is taken for one that started nothing. */
  'puts back after a lost answer': breaks(
    1,
    () => ({ reply: (_, operation, reply) => (operation === 'RunTask' && isLost(reply) ? noRoom : reply) }),
    { kinds: ['ecs-errors', 'slow-provisioning'] },
  ),
  /** What the agent may not do is the run's fault. */
  'fails runs on denied access': breaks(3, () => ({
    agent: (agent) => {
      for (const method of ['prepareFlows', 'deployFlows']) failsInsteadOfBlocked(agent, method);
    },
  })),
  /** A poll that failed is answered as one that found nothing. */
  'hides a failed poll': breaks(4, () => ({
    agent: (agent) => {
      const start = (Reflect.get(agent, 'start') as (options: unknown) => Promise<unknown>).bind(agent);
      const nothing = () => new PollTally().report();
      Object.assign(agent, { start: (options: unknown) => start(options).catch(nothing) });
    },
  })),
  /** Claims that came to a standstill stay so. */
  'recovers nothing': breaks(2, () => ({
    agent: (agent) => {
      Object.defineProperty(agent, 'finder', { get: () => undefined });
    },
  })),
  /** What an event tells of a task is taken for what is, however old it is. */
  'acts on a stale stop event': breaks(3, () => ({
    finder: (finder, claimKeyOf) => {
      const end = {
        cause: 'run',
        reason: 'It has stopped.',
        likeness: '',
        program: '',
        exitCode: 1,
      } as const;
      const find = ({ id: flowRunId }: FlowRun, [id = '']: readonly string[]) => {
        const claimKey = claimKeyOf(flowRunId);
        return Promise.resolve([{ id, claimKey, end: { ...end, atMs: Number.MAX_SAFE_INTEGER } }]);
      };
      Object.assign(finder, { find });
    },
  })),
  /** Tasks get the API key as a variable that everyone can read. */
  'shows the API key': breaks(5, () => ({
    ecsInput: (operation, input) => {
      if (operation !== 'RunTask') return input;
      const { overrides } = input as Partial<RunTaskRequest>;
      const [first, ...others] = overrides?.containerOverrides ?? [];
      const environment = [...(first?.environment ?? []), { name: 'PREFECT__CLOUD__API_KEY', value: CANARY }];
      return {
        ...input,
        overrides: { ...overrides, containerOverrides: [{ ...first, environment }, ...others] },
      };
    },
  })),
  /** A listed run is claimed whatever has become of it since. */
  'claims what has ended': breaks(
    1,
    () => ({
      prefectBody: (operation, body) =>
        operation === 'bulk_set_state' ? body.replace(/,"state":\{"type":\{"any_":[^}]*\}\}/, '') : body,
    }),
    { kinds: ['rivals', 'delays'], generations: [3] },
  ),
  /** A refused claim is taken for one that was let through. */
  'launches what others have': breaks(
    1,
    () => ({
      reply: (_, operation, reply) =>
        operation === 'bulk_set_state' && reply !== 'reset'
          ? { ...reply, body: reply.body.replaceAll('"status":"ABORT"', '"status":"ACCEPT"') }
          : reply,
    }),
    { kinds: ['rivals', 'delays'], generations: [3] },
  ),
  /** What Prefect asked of one invocation is not known to the next. */
  'forgets Retry-After': breaks(7, () => ({
    control: (store) => ({
      begin: async (...parameters) => ({ ...(await store.begin(...parameters)), notBeforeMs: undefined }),
      read: async (signal) => ({ ...(await store.read(signal)), notBeforeMs: undefined }),
      replace: (...parameters) => store.replace(...parameters),
      poke: (signal) => store.poke(signal),
      pause: (...parameters) => store.pause(...parameters),
      replaceStops: (...parameters) => store.replaceStops(...parameters),
    }),
  })),
};

/** A broken agent. */
interface Break {
  /** The one that must be seen to be broken. */
  readonly invariant: number;
  /** Makes one of its own for each story. */
  readonly make: () => Mutation;
  /** What must go wrong for the break to show, where that is rare among all that may. */
  readonly kinds?: ReadonlySet<FaultKind>;
  /** The Prefects that it is a break with. */
  readonly generations: readonly Generation[];
}

function breaks(
  invariant: number,
  make: () => Mutation,
  {
    kinds,
    generations = GENERATIONS,
  }: { kinds?: readonly FaultKind[]; generations?: Break['generations'] } = {},
): Break {
  return { invariant, make, generations, ...(kinds && { kinds: new Set(kinds) }) };
}

type Outcomes = (...parameters: unknown[]) => Promise<readonly { readonly kind: string }[]>;

function failsInsteadOfBlocked(agent: object, method: string): void {
  const original = (Reflect.get(agent, method) as Outcomes).bind(agent);
  const broken: Outcomes = async (...parameters) =>
    (await original(...parameters)).map((outcome) =>
      outcome.kind === 'blocked' ? { ...outcome, kind: 'failed' } : outcome,
    );
  Object.assign(agent, { [method]: broken });
}
