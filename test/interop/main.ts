import { Argument, Command } from 'commander';
import { Checks } from '../support/checks.ts';
import { checkPrefect1 } from './prefect1/check-prefect1.ts';
import { checkPool } from './prefect3/check-pool.ts';

const SUITES = {
  'prefect-1': checkPrefect1,
  'prefect-2': (checks: Checks) => checkPool('prefect2', checks),
  'prefect-3': (checks: Checks) => checkPool('prefect3', checks),
};

/** Lets real flows of genuine Prefects be launched by the built function. */
await new Command('npm run test:interop --')
  .addArgument(new Argument('[prefects...]').choices(Object.keys(SUITES)).default(['prefect-1', 'prefect-3']))
  .action(async (chosen: readonly (keyof typeof SUITES)[]) => {
    const checks = new Checks();
    for (const name of chosen) {
      const startMs = Date.now();
      process.stdout.write(`${name}\n`);
      await SUITES[name](checks);
      process.stdout.write(`        ${((Date.now() - startMs) / 1000).toFixed(0)} s\n`);
    }
    process.exitCode = checks.end();
  })
  .parseAsync();
