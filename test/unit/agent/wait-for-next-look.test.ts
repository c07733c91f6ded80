import { expect, test } from 'vitest';
import { waitForNextLook } from '../../../src/agent/wait-for-next-look.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

interface Wait {
  /** When the next run is due, in milliseconds from now. */
  readonly nextMs?: number;
  readonly lingerMs?: number;
  readonly launchable?: (ms: number) => number;
  /** How long the wait lasts until it is to end. */
  readonly interruptedMs?: number;
  readonly stoppedMs?: number;
  readonly timeUpMs?: number;
}

/** Waits with a minute left; answers whether to look again, how long it waited, and when it asked whether to end. */
async function wait({ nextMs = Infinity, lingerMs, launchable = (ms) => (ms > 0 ? 1 : 0), ...ends }: Wait) {
  const clock = new VirtualClock();
  const logger = new RecordingLogger();
  const startMs = clock.now();
  const lasted = () => clock.now() - startMs;
  const abortAfter = (ms = Infinity) => {
    const controller = new AbortController();
    if (ms !== Infinity)
      void clock.sleep(ms).then(() => {
        controller.abort();
      });
    return controller.signal;
  };
  const askedMs: number[] = [];
  const interrupted = () => {
    askedMs.push(lasted());
    return Promise.resolve(lasted() >= (ends.interruptedMs ?? Infinity));
  };
  const budget = {
    launchMs: () => 60_000 - lasted(),
    work: abortAfter(ends.timeUpMs),
    settle: abortAfter(),
    [Symbol.dispose]: () => undefined,
  };
  const lookAgain = await clock.until(
    waitForNextLook({ clock, logger, budget, platform: { launchable } }, startMs + nextMs, {
      lingerMs,
      stop: abortAfter(ends.stoppedMs),
      interrupted,
    }),
  );
  return { lookAgain, waitedMs: lasted(), askedMs, said: logger.messages() };
}

const said = (seconds: number) => [`Nothing is due. Looking again in ${seconds} seconds...`];

test.each<[string, Wait, Partial<Awaited<ReturnType<typeof wait>>>]>([
  ['until the next run is due', { nextMs: 1500 }, { lookAgain: true, waitedMs: 1500, said: said(1.5) }],
  ['no longer than it lingers', { nextMs: 9000, lingerMs: 5000 }, { lookAgain: true, waitedMs: 5000 }],
  ['for what may come, where nothing is known', { lingerMs: 5000 }, { lookAgain: true, waitedMs: 5000 }],
  [
    'and asks every two seconds whether to end, but not when it ends anyway',
    { nextMs: 8000 },
    { lookAgain: true, waitedMs: 8000, askedMs: [2000, 4000, 6000] },
  ],
  ['until it is to end', { nextMs: 9000, interruptedMs: 4000 }, { lookAgain: false, waitedMs: 4000 }],
  ['until the agent is told to stop', { nextMs: 9000, stoppedMs: 500 }, { lookAgain: false, waitedMs: 500 }],
  ['until the time is used up', { nextMs: 9000, timeUpMs: 700 }, { lookAgain: false, waitedMs: 700 }],
  [
    'not at all, where too little time would be left for a launch',
    { nextMs: 9000, launchable: (ms) => (ms > 51_000 ? 1 : 0) },
    { lookAgain: false, waitedMs: 0, said: [] },
  ],
  ['not at all for nothing', {}, { lookAgain: false, waitedMs: 0 }],
])('a wait lasts %s', async (_, options, expected) => {
  expect(await wait(options)).toMatchObject(expected);
});
