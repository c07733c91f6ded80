import { expect, test } from 'vitest';
import { TokenBucket } from '../../../../src/sandbox/ecs/token-bucket.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

function takeUntilEmpty(bucket: TokenBucket): number {
  let taken = 0;
  while (bucket.take(1)) taken += 1;
  return taken;
}

test('a bucket gives its burst, then what has been refilled since', async () => {
  const clock = new VirtualClock();
  const bucket = new TokenBucket(clock, 20, 2);
  expect(takeUntilEmpty(bucket)).toBe(20);
  await clock.advance(499);
  expect(takeUntilEmpty(bucket)).toBe(0);
  await clock.advance(1);
  expect(takeUntilEmpty(bucket)).toBe(1);
  await clock.advance(5000);
  expect(takeUntilEmpty(bucket)).toBe(10);
});

test('a bucket never holds more than its burst', async () => {
  const clock = new VirtualClock();
  const bucket = new TokenBucket(clock, 20, 2);
  await clock.advance(3_600_000);
  expect(takeUntilEmpty(bucket)).toBe(20);
});

test('a bucket gives all the tokens that are asked for, or none', () => {
  const bucket = new TokenBucket(new VirtualClock(), 10, 1);
  expect(bucket.take(11)).toBe(false);
  expect(bucket.take(10)).toBe(true);
});
