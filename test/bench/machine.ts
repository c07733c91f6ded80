import { cpus } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Beyond this share of its processors' time a machine is what is measured. */
const BUSY = 0.8;

/** Watches whether this machine is the bottleneck, whoever uses it. @returns what says so in a line. */
export function watchMachine(): () => string {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const before = processorTimes();
  const ownBefore = process.cpuUsage();
  return () => {
    delay.disable();
    const after = processorTimes();
    const allMs = after.all - before.all;
    const busy = (after.busy - before.busy) / allMs;
    const { user, system } = process.cpuUsage(ownBefore);
    const own = (user + system) / 1000 / allMs;
    const lateMs = delay.percentile(99) / 1e6 - 10;
    const verdict = busy > BUSY ? 'THE TIMES ARE THE MACHINE’S' : 'the machine is not the bottleneck';
    const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
    return (
      `${cpus().length} processors: ${percent(busy)} busy, ${percent(own)} with the sandbox, ` +
      `which was late by ${Math.max(0, lateMs).toFixed(0)} ms at p99: ${verdict}.\n`
    );
  };
}

function processorTimes(): { busy: number; all: number } {
  const sums = cpus().map(({ times: { user, nice, sys, idle, irq } }) => {
    const busy = user + nice + sys + irq;
    return { busy, all: busy + idle };
  });
  return sums.reduce((a, b) => ({ busy: a.busy + b.busy, all: a.all + b.all }));
}
