import { simulate, type SimulationOptions, type SimulationResult } from './simulate.ts';

/** So many seeds must be enough to notice any break. */
export const MOST_TO_NOTICE = 100;

/** What is played, and of what agent. */
type FirstBrokenOptions = Pick<SimulationOptions, 'kinds' | 'generation'> & {
  /** Makes the break of the agent: one of its own for each story, which must not depend on those before. */
  readonly make?: () => NonNullable<SimulationOptions['mutation']>;
};

/** Plays seeds from 1 until one breaks an invariant; undefined: none of so many does. */
export async function firstBroken(
  seeds: number,
  { kinds, generation, make }: FirstBrokenOptions = {},
): Promise<SimulationResult | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const result = await simulate({
      seed,
      generation,
      ...(kinds && { kinds }),
      ...(make && { mutation: make() }),
    });
    if (result.violations.length > 0) return result;
  }
  return undefined;
}
