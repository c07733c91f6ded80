import { Command, InvalidArgumentError } from 'commander';
import { colorsFor } from '../../cli/colors.ts';
import { describeError } from '../../describe-error.ts';
import { ownApiText, ownEnvironment } from '../own-environment.ts';
import { runDev } from './dev.ts';

const { env, pointers } = ownEnvironment(process.env);
const write = (text: string) => void process.stdout.write(text);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop.abort();
  });
}

await new Command('npm run dev --')
  .description('Serves the built functions on this machine, and wakes the poll by schedule.')
  .option('--every <seconds>', 'from one poll to the next', parseSeconds, 60)
  .action(async ({ every }: { readonly every: number }) => {
    if (pointers.length > 0) write(ownApiText(pointers));
    await runDev({
      own: pointers.length === 0 ? undefined : env,
      intervalMs: every * 1000,
      stop: stop.signal,
      write,
      colors: colorsFor(process.stdout, env),
    });
  })
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 1;
  });

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds >= 1 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError('Expected seconds, 1 to 3600.');
}
