import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts';
import type { Mutation } from './mutations.ts';
import { Story } from './story.ts';
import { judge } from './verdict.ts';
import { World } from './world.ts';

const MINUTE_MS = 60_000;

/** How long after the last fault everything must be in order again. */
const QUIET_MS = 4 * MINUTE_MS;

export interface SimulationOptions {
  readonly seed: number;
  /** What may go wrong. @default everything */
  readonly kinds?: ReadonlySet<FaultKind>;
  /** Whether runs must be recovered whose invocation is gone. @default false */
  readonly recovery?: boolean;
  /** A break of the agent that must be noticed. */
  readonly mutation?: Mutation;
}

export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly string[];
  /** What happened, in order, a line for each event. */
  readonly trace: readonly string[];
}

/** Plays one seed: the whole system in one process, on virtual time. The same seed gives the same story. */
export async function simulate({
  seed,
  kinds = new Set(FAULT_KINDS),
  recovery = false,
  mutation = {},
}: SimulationOptions): Promise<SimulationResult> {
  const stormMs = (4 + (seed % 4)) * MINUTE_MS;
  const world = new World({ seed, kinds, mutation, stormMs });
  const endMs = world.stormEndMs + QUIET_MS;
  const story = new Story(world, { kinds, mutation, endMs });
  story.begin();
  await world.clock.advance(endMs + 5000 - world.clock.now());
  judge(world, { invocations: story.invocations, kinds, recovery });
  const { violations, lines } = world.trace;
  return { seed, violations, trace: lines };
}
