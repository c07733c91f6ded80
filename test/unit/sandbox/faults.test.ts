import { describe, expect, test } from 'vitest';
import { seededFaults, type Fault } from '../../../src/sandbox/faults.ts';

const kinds: Fault[] = [
  { kind: 'reset', when: 'before' },
  { kind: 'status', status: 503, when: 'after' },
];

function faultsOf(seed: string, rate: number, sequences: readonly number[]) {
  const plan = seededFaults(seed, rate, kinds);
  return sequences.map((sequence) => plan({ service: 'ecs', operation: 'RunTask', sequence }));
}

const sequences = Array.from({ length: 1000 }, (_, index) => index + 1);

describe('seeded faults', () => {
  test('are the same for the same seed, in whatever order the requests come', () => {
    const backwards = faultsOf('a', 0.5, sequences.toReversed()).toReversed();
    expect(backwards).toEqual(faultsOf('a', 0.5, sequences));
  });

  test('differ from seed to seed', () => {
    expect(faultsOf('b', 0.5, sequences)).not.toEqual(faultsOf('a', 0.5, sequences));
  });

  test.each([
    { rate: 0, least: 0, most: 0 },
    { rate: 0.2, least: 150, most: 250 },
    { rate: 1, least: 1000, most: 1000 },
  ])('of rate $rate befall $least to $most of 1000 requests', ({ rate, least, most }) => {
    const count = faultsOf('a', rate, sequences).filter((fault) => fault !== undefined).length;
    expect(count).toBeGreaterThanOrEqual(least);
    expect(count).toBeLessThanOrEqual(most);
  });

  test('are of all kinds', () => {
    expect(new Set(faultsOf('a', 1, sequences))).toEqual(new Set(kinds));
  });
});
