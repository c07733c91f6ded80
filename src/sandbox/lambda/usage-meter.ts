import type { InvocationUsage } from './protocol.ts';

const LOOK_EVERY_MS = 50;

/** Measures what the invocations of this process use. The first one is charged with the process's start. */
export class UsageMeter {
  // Not the kernel's own maximum: a process begins with that of the process which started it.
  #peakMemoryBytes = 0;
  #initMs = performance.now();
  #cpuBefore: NodeJS.CpuUsage = { user: 0, system: 0 };

  constructor() {
    setInterval(() => {
      this.#look();
    }, LOOK_EVERY_MS).unref();
  }

  /** @returns what tells, at the invocation's end, what it used. */
  start(): () => InvocationUsage {
    const startMs = performance.now();
    const initMs = this.#initMs;
    this.#initMs = 0;
    return () => {
      this.#look();
      const { user, system } = process.cpuUsage(this.#cpuBefore);
      this.#cpuBefore = process.cpuUsage();
      return {
        initMs,
        durationMs: performance.now() - startMs,
        cpuMs: (user + system) / 1000,
        peakMemoryBytes: this.#peakMemoryBytes,
      };
    };
  }

  #look(): void {
    this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, process.memoryUsage.rss());
  }
}
