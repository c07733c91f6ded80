import { parseArgs } from 'node:util';
import { colorsFor } from '../../cli/colors.ts';
import { describeError } from '../../describe-error.ts';
import { ownApiText, ownEnvironment } from '../own-environment.ts';
import { runDev } from './dev.ts';

const DEFAULT_SECONDS = '60';

const { env, pointers } = ownEnvironment();
const write = (text: string) => void process.stdout.write(text);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stop.abort();
  });
}

try {
  const { values } = parseArgs({ options: { every: { type: 'string', default: DEFAULT_SECONDS } } });
  const seconds = Number(values.every);
  if (!(seconds >= 1 && seconds <= 3600)) {
    throw new Error(`--every: expected seconds, 1 to 3600, got ${values.every}.`);
  }
  if (pointers.length > 0) write(ownApiText(pointers));
  const own = pointers.length === 0 ? undefined : env;
  await runDev({
    own,
    intervalMs: seconds * 1000,
    stop: stop.signal,
    write,
    colors: colorsFor(process.stdout, env),
  });
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
