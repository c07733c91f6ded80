import { type Generation, GENERATIONS } from '../../src/settings/generation.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { Choices } from './choices.ts';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts';
import type { Mutation } from './mutations.ts';
import { settings as prefect1 } from './prefect1/world.ts';
import { settings as prefect3 } from './prefect3/world.ts';
import { loadEverything } from './sandbox.ts';
import { Story } from './story.ts';
import { judge } from './verdict.ts';
import { World } from './world.ts';

const PLAYED: Readonly<Record<Generation, Settings>> = { 1: prefect1, 3: prefect3 };
for (const settings of Object.values(PLAYED)) await loadEverything(settings);

const MINUTE_MS = 60_000;

/** How long after the last fault everything must be in order again. */
const QUIET_MS = 4 * MINUTE_MS;

export interface SimulationOptions {
  readonly seed: number;
  /** Of Prefect. @default drawn by the seed */
  readonly generation?: Generation | undefined;
  /** What may go wrong. @default half of all kinds, drawn by the seed: in the crowd of all, each is rare */
  readonly kinds?: ReadonlySet<FaultKind>;
  /** A break of the agent that must be noticed. */
  readonly mutation?: Mutation;
}

export interface SimulationResult {
  readonly seed: number;
  readonly generation: Generation;
  readonly violations: readonly string[];
  /** What happened, in order, a line for each event. */
  readonly trace: readonly string[];
}

function drawnKinds(seed: number): ReadonlySet<FaultKind> {
  const choices = new Choices(seed, 'kinds');
  return new Set(FAULT_KINDS.filter(() => choices.chance(0.5)));
}

/** Plays one seed: the whole system in one process, on virtual time. The same seed gives the same story. */
export async function simulate({
  seed,
  generation = new Choices(seed, 'generation').pick(GENERATIONS),
  kinds = drawnKinds(seed),
  mutation = {},
}: SimulationOptions): Promise<SimulationResult> {
  const stormMs = (4 + (seed % 4)) * MINUTE_MS;
  const world = new World({ seed, generation, kinds, mutation, stormMs });
  const endMs = world.stormEndMs + QUIET_MS;
  new Story(world, endMs).begin();
  await world.clock.advance(endMs + 5000 - world.clock.now());
  await judge(world);
  const { violations, lines } = world.trace;
  return { seed, generation, violations, trace: lines };
}
