import { once } from 'node:events';
import { expect, test } from 'vitest';
import { stopOnSignal } from '../../../src/cli/stop-on-signal.ts';
import { FakeIo } from '../../support/cli.ts';

const forever = () => new Promise<never>(() => undefined);

test('work that ends by itself gives its code, and signals are let go', async () => {
  const io = new FakeIo();
  expect(await stopOnSignal(io, 'the rest waits', () => Promise.resolve(5))).toBe(5);
  expect({ listeners: io.listeners, err: io.err }).toEqual({ listeners: 0, err: '' });
});

test('the first signal asks the work to stop', async () => {
  const io = new FakeIo();
  const ended = stopOnSignal(io, 'the rest waits', async (stop) => {
    await once(stop, 'abort');
    return 0;
  });
  io.signal('SIGTERM');
  expect(await ended).toBe(0);
  expect(io.err).toContain('Stopping: the rest waits.');
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a second %s leaves the work', async (signal, code) => {
  const io = new FakeIo();
  const ended = stopOnSignal(io, 'the rest waits', forever);
  io.signal('SIGINT');
  io.signal(signal);
  expect(await ended).toBe(code);
  expect(io.listeners).toBe(0);
});
