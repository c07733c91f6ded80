import { readCapped } from './read-capped.ts';

const TIMEOUT_MS = 10_000;

/** The text at an https address, 1 MiB at most, within 10 seconds. A redirection is not followed: it could lead inside. */
export async function readHttps(url: string): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
  return await readCapped(response.body);
}
