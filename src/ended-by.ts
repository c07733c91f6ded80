/**
 * Waits for work no longer than the signal allows: for work that cannot be ended, or that others wait for as well.
 * @throws the signal's reason as soon as it aborts, or what the work throws.
 */
export async function endedBy<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const end = () => {
    reject(signal.reason as Error);
  };
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    return await Promise.race([ended, work]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}
