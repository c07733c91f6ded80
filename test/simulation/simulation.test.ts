import { describe, expect, test } from 'vitest';
import { firstBroken, MOST_TO_NOTICE } from './first-broken.ts';
import type { FaultKind } from './fault-kinds.ts';
import { MUTATIONS } from './mutations.ts';
import { simulate } from './simulate.ts';

const TIMEOUT_MS = 300_000;

describe('whatever goes wrong', () => {
  test('no invariant is broken in 100 stories', { timeout: TIMEOUT_MS }, async () => {
    expect(await firstBroken(100)).toBeUndefined();
  });

  test('nor where nothing goes wrong, and every run is launched', { timeout: TIMEOUT_MS }, async () => {
    const kinds = new Set<FaultKind>(['slow-provisioning', 'double-wake', 'skipped-wake', 'users']);
    expect(await firstBroken(30, { kinds })).toBeUndefined();
  });

  test('a seed always tells the same story', { timeout: TIMEOUT_MS }, async () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      expect((await simulate({ seed })).trace).toEqual((await simulate({ seed })).trace);
    }
  });
});

const breaks = Object.entries(MUTATIONS).flatMap(([name, broken]) =>
  broken.generations.map((generation) => [name, generation, broken] as const),
);

test.each(breaks)(
  'an agent that: %s, is noticed with Prefect %i',
  { timeout: TIMEOUT_MS },
  async (_, generation, broken) => {
    const found = await firstBroken(MOST_TO_NOTICE, { ...broken, generation });
    expect(found?.violations.join('\n')).toContain(`invariant ${broken.invariant}:`);
  },
);
