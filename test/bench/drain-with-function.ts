import type { AgentCost, QueueToDrain } from './drain-queue.ts';
import { everyMinute } from './every-minute.ts';
import { PollFunction } from './poll-function.ts';

/** How many wakes a queue may take. */
const MAX_WAKES = 15;

/** Empties a queue with the built function, woken once a minute; its cold start counts. */
export function drainWithFunction(env: Readonly<Record<string, string>> = {}) {
  return async ({ sandbox, enqueue, isDrained }: QueueToDrain): Promise<AgentCost> => {
    enqueue();
    await using poll = new PollFunction({ ...sandbox.functionEnv, ...env });
    const drained = new AbortController();
    await everyMinute(drained.signal, async () => {
      await poll.wake();
      if (isDrained() || poll.usages.length === MAX_WAKES) drained.abort();
    });
    const { usages, errors } = poll;
    return {
      peakMemoryBytes: Math.max(...usages.map(({ peakMemoryBytes }) => peakMemoryBytes)),
      cpuMs: usages.reduce((total, { cpuMs }) => total + cpuMs, 0),
      invocations: errors === 0 ? `${usages.length}` : `${usages.length}, ${errors} failed`,
    };
  };
}
