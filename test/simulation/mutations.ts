import type { Reply } from '../../src/sandbox/message.ts';

/** A deliberate break of the agent, put in from outside: the invariants must notice it. */
export interface Mutation {
  /** Rewrites what is sent to ECS. */
  readonly ecsInput?: (operation: string, input: Record<string, unknown>) => Record<string, unknown>;
  /** Rewrites an answer before the agent sees it. */
  readonly reply?: (service: string, operation: string, reply: Reply) => Reply;
  /** Moves the deadline that the agent is told, in milliseconds. */
  readonly deadlineShiftMs?: number;
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

/** Each makes a break of its own, for a story must not depend on those before it. */
export const MUTATIONS = {
  /** RunTask without a token. */
  'no token': () => ({
    ecsInput: (_, { clientToken: _token, ...input }) => input,
  }),
  /** Each attempt of a launch has a token of its own. */
  'new token per attempt': () => {
    let tokens = 0;
    return {
      ecsInput: (operation, input) =>
        operation === 'RunTask' ? { ...input, clientToken: `token-${(tokens += 1)}` } : input,
    };
  },
  /** Launches and tells long after the time that it has. */
  'works past the deadline': () => ({ deadlineShiftMs: 40_000 }),
  /** A RunTask whose answer was lost is taken for one that started nothing. */
  'puts back after a lost answer': () => ({
    reply: (_, operation, reply) => (operation === 'RunTask' && isLost(reply) ? noRoom : reply),
  }),
  /** What the agent may not do is the run's fault. */
  'fails runs on denied access': () => ({
    agent: (agent) => {
      for (const method of ['prepareFlows', 'deployFlows']) failsInsteadOfBlocked(agent, method);
    },
  }),
  /** A poll that failed is answered as one that found nothing. */
  'hides a failed poll': () => ({
    agent: (agent) => {
      const start = (Reflect.get(agent, 'start') as (options: unknown) => Promise<unknown>).bind(agent);
      const nothing = {
        found: 0,
        claimed: 0,
        started: 0,
        putBack: 0,
        left: 0,
        failed: 0,
        lost: 0,
        unknown: 0,
      };
      Object.assign(agent, { start: (options: unknown) => start(options).catch(() => nothing) });
    },
  }),
  /** Claims that came to a standstill stay so. */
  'recovers nothing': () => ({
    agent: (agent) => {
      Object.defineProperty(agent, 'finder', { get: () => undefined });
    },
  }),
} as const satisfies Record<string, () => Mutation>;

type Outcomes = (...parameters: unknown[]) => Promise<readonly { readonly kind: string }[]>;

function failsInsteadOfBlocked(agent: object, method: string): void {
  const original = (Reflect.get(agent, method) as Outcomes).bind(agent);
  const broken: Outcomes = async (...parameters) =>
    (await original(...parameters)).map((outcome) =>
      outcome.kind === 'blocked' ? { ...outcome, kind: 'failed' } : outcome,
    );
  Object.assign(agent, { [method]: broken });
}
