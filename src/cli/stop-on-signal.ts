import type { CliIo } from './cli-io.ts';

/** What a shell reports for a process that the signal ended. */
const EXIT_CODE = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Does work that the first signal asks to stop and the second leaves behind.
 * @param meanwhile what the first signal still lets happen, or no longer does: told to the user.
 * @returns the work's own exit code, or the second signal's.
 */
export async function stopOnSignal(
  { stderr, onSignal }: Pick<CliIo, 'stderr' | 'onSignal'>,
  meanwhile: string,
  work: (stop: AbortSignal) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  const { promise: left, resolve: leave } = Promise.withResolvers<number>();
  const unsubscribe = onSignal((signal) => {
    if (stop.signal.aborted) {
      leave(EXIT_CODE[signal]);
      return;
    }
    stderr.write(`Stopping: ${meanwhile}. Press Ctrl-C again to exit at once.\n`);
    stop.abort();
  });
  try {
    return await Promise.race([work(stop.signal), left]);
  } finally {
    unsubscribe();
  }
}
