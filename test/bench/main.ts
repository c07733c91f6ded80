import { Argument, Command } from 'commander';
import type { BenchOptions } from './bench-options.ts';
import { benchColdStart } from './cold-start.ts';
import { benchCost } from './cost.ts';
import { benchDrain } from './drain.ts';
import { benchGrowth } from './growth.ts';
import { benchIdle } from './idle.ts';
import { watchMachine } from './machine.ts';
import { benchOnTime } from './on-time.ts';
import { benchWorkPool } from './work-pool.ts';

const benches: Readonly<Record<string, (options: BenchOptions) => Promise<string>>> = {
  'cold-start': benchColdStart,
  idle: benchIdle,
  'on-time': benchOnTime,
  drain: benchDrain,
  growth: benchGrowth,
  cost: () => Promise.resolve(benchCost()),
  'work-pool': benchWorkPool,
};

/** Prints the tables of the benches that are named, or of all. Times are this machine's; counts are not. */
const names = Object.keys(benches);
await new Command('npm run bench --')
  .addArgument(new Argument('[benches...]').choices(names).default(names))
  .option('--peer', "let Prefect's own agents do the same as well", false)
  .action(async (chosen: readonly string[], options: BenchOptions) => {
    for (const name of chosen) {
      const machine = watchMachine();
      const text = await benches[name]?.(options);
      process.stdout.write(`${name}\n\n${text ?? ''}\n${machine()}\n`);
    }
  })
  .parseAsync();
