/**
 * The longest that a container waits, in seconds, whatever its clock says: the lead is 240 s at most, and a
 * clock that is hours behind must not keep a task for hours. The last steps come on top: 5 s, or 50 s where
 * `sleep` takes no fractions.
 */
const MAX_WAIT_S = 300;

const MAX_STEPS = 50;

/**
 * A line of POSIX shell that returns once the container's clock has reached `timeMs` (milliseconds since the
 * epoch), never before it and some 0.1 s after it; at once when that has passed. SIGTERM ends it with 143.
 */
export function waitUntil(timeMs: number): string {
  // `date` counts whole seconds, so a fraction is rounded up.
  const second = Math.ceil(timeMs / 1000);
  return [
    // A shell that is process 1 ignores SIGTERM without a trap, and minds a trap only between two commands
    // or during `wait`: hence each sleep in the background.
    `trap 'kill $! 2>/dev/null; exit 143' TERM`,
    `left=$((${second}-$(date +%s)))`,
    `[ $left -gt ${MAX_WAIT_S} ] && left=${MAX_WAIT_S}`,
    `if [ $left -gt 1 ]; then sleep $((left-1)) & wait $!; fi`,
    `steps=0`,
    `while [ $(date +%s) -lt ${second} ] && [ $steps -lt ${MAX_STEPS} ]; do ` +
      `steps=$((steps+1)); ` +
      `sleep 0.1 2>/dev/null & wait $! || { sleep 1 & wait $!; }; done`,
  ].join('; ');
}
