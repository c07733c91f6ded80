import { describe, expect, test } from 'vitest';
import { ALL_BUT_LATE, FAULT_KINDS, type FaultKind } from './fault-kinds.ts';
import { MUTATIONS } from './mutations.ts';
import { simulate, type SimulationOptions } from './simulate.ts';

const TIMEOUT_MS = 120_000;

/** Plays seeds from 1 until one breaks an invariant. */
async function firstBroken(
  seeds: number,
  options: (seed: number) => SimulationOptions,
): Promise<{ readonly seed: number; readonly violations: readonly string[] } | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { violations, trace } = await simulate(options(seed));
    if (violations.length > 0) return { seed, violations: [...violations, ...trace] };
  }
  return undefined;
}

describe('whatever goes wrong', () => {
  test('no invariant is broken in 120 stories', { timeout: TIMEOUT_MS }, async () => {
    expect(await firstBroken(120, (seed) => ({ seed, kinds: ALL_BUT_LATE }))).toBeUndefined();
  });

  test('nor where requests take effect a minute late', { timeout: TIMEOUT_MS }, async () => {
    const kinds = new Set(FAULT_KINDS);
    expect(await firstBroken(40, (seed) => ({ seed, kinds }))).toBeUndefined();
  });

  test('nor where nothing goes wrong, and every run is launched', { timeout: TIMEOUT_MS }, async () => {
    const kinds = new Set<FaultKind>(['slow-provisioning', 'double-wake', 'skipped-wake', 'users']);
    expect(await firstBroken(40, (seed) => ({ seed, kinds, recovery: true }))).toBeUndefined();
  });

  test('a seed always tells the same story', { timeout: TIMEOUT_MS }, async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      expect((await simulate({ seed })).trace).toEqual((await simulate({ seed })).trace);
    }
  });
});

/** How many seeds it takes at most to notice each break, and the faults without which nobody would. */
const NOTICED: Readonly<
  Record<keyof typeof MUTATIONS, { readonly within: number; readonly kinds: readonly FaultKind[] }>
> = {
  'no token': { within: 10, kinds: ['ecs-errors', 'double-wake'] },
  'new token per attempt': { within: 10, kinds: ['ecs-errors', 'double-wake'] },
  'works past the deadline': { within: 20, kinds: ['prefect-errors', 'prefect-rate-limit', 'ecs-throttle'] },
  'puts back after a lost answer': { within: 20, kinds: ['ecs-errors', 'slow-provisioning'] },
  'fails runs on denied access': { within: 10, kinds: ['ecs-denied'] },
  'hides a failed poll': { within: 10, kinds: ['prefect-outage'] },
  'recovers nothing': { within: 20, kinds: ['kill'] },
};

describe('an agent that', () => {
  test.each(Object.entries(NOTICED))('%s is noticed', { timeout: TIMEOUT_MS }, async (name, noticed) => {
    const kinds = new Set(noticed.kinds);
    const make = MUTATIONS[name as keyof typeof MUTATIONS];
    expect(
      await firstBroken(noticed.within, (seed) => ({
        seed,
        kinds,
        mutation: make(),
        recovery: name === 'recovers nothing',
      })),
    ).toBeDefined();
  });
});
