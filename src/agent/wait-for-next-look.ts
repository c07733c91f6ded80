import type { FlowRun } from './flow-run.ts';
import type { Platform, PollContext } from './poll-context.ts';

/** How often a wait asks whether it is to end, in milliseconds. */
const ASK_EVERY_MS = 2000;

export interface WaitOptions {
  /** How long to wait at most for runs that nobody knows of yet, in milliseconds; undefined: not at all. */
  readonly lingerMs: number | undefined;
  /** Ends a wait. */
  readonly stop: AbortSignal;
  /** Asked now and then during a wait: true ends it. */
  readonly interrupted?: ((signal: AbortSignal) => Promise<boolean>) | undefined;
}

interface WaitContext extends Pick<PollContext<FlowRun>, 'clock' | 'budget' | 'logger'> {
  readonly platform: Pick<Platform<FlowRun>, 'launchable'>;
}

/**
 * Waits while nothing is due: for the next run that is known, or for what may come.
 * @param nextMs when the next known run is due, in milliseconds since the epoch; Infinity: none is known
 * @returns whether to look again. False: too little time would be left for a launch, or the wait was ended.
 */
export async function waitForNextLook(
  { clock, budget, logger, platform }: WaitContext,
  nextMs: number,
  { lingerMs = Infinity, stop, interrupted }: WaitOptions,
): Promise<boolean> {
  const waitMs = Math.min(nextMs - clock.now(), lingerMs);
  if (platform.launchable(budget.launchMs() - waitMs) < 1) return false;
  logger.debug(`Nothing is due. Looking again in ${waitMs / 1000} seconds...`);
  const signal = AbortSignal.any([stop, budget.work]);
  const untilMs = clock.now() + waitMs;
  try {
    for (let leftMs = waitMs; leftMs > 0; leftMs = untilMs - clock.now()) {
      await clock.sleep(Math.min(leftMs, ASK_EVERY_MS), signal);
      if (leftMs > ASK_EVERY_MS && (await interrupted?.(signal))) return false;
    }
    return true;
  } catch {
    return false;
  }
}
