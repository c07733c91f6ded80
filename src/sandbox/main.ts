import { colorsFor } from '../cli/colors.ts';
import { describeError } from '../describe-error.ts';
import { runDemo, runForReal } from './demo.ts';
import { ownApiText, ownEnvironment } from './own-environment.ts';

const { env, pointers } = ownEnvironment();
const output = {
  write: (text: string) => void process.stdout.write(text),
  colors: colorsFor(process.stdout, env),
};

try {
  if (pointers.length === 0) {
    await runDemo(output);
  } else {
    output.write(ownApiText(pointers));
    await runForReal(env, output);
  }
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
