import { Command } from 'commander';
import { colorsFor } from '../cli/colors.ts';
import { describeError } from '../describe-error.ts';
import { runDemo, runForReal } from './demo.ts';
import { ownApiText, ownEnvironment } from './own-environment.ts';

const { env, pointers } = ownEnvironment(process.env);
const output = {
  write: (text: string) => void process.stdout.write(text),
  colors: colorsFor(process.stdout, env),
};

await new Command('npm start --')
  .description(
    'Polls once with the built functions: a sandbox, or the Prefect API that the environment names.',
  )
  .action(async () => {
    if (pointers.length === 0) return runDemo(output);
    output.write(ownApiText(pointers));
    return runForReal(env, output);
  })
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${describeError(error)}\n`);
    process.exitCode = 1;
  });
