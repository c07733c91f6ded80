const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Milliseconds for people: 340 ms, 2.1 s, 3.5 min, 1.2 h. */
export function formatDuration(ms: number): string {
  const size = Math.abs(ms);
  if (size < SECOND_MS) return `${Math.round(ms)} ms`;
  if (size < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(1)} s`;
  if (size < HOUR_MS) return `${(ms / MINUTE_MS).toFixed(1)} min`;
  return `${(ms / HOUR_MS).toFixed(1)} h`;
}
