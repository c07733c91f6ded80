import { colorsFor } from '../cli/colors.ts';
import { describeError } from '../describe-error.ts';
import { runDemo, runForReal } from './demo.ts';

/** Variables that point at an API of one's own. A configuration file does not: starting a demonstration must not surprise. */
const POINTS_AT_AN_API =
  /^PREFECT__(BACKEND|CLOUD__(API|ENDPOINT|API_KEY|API_KEY_SECRET|AUTH_TOKEN|AGENT__AUTH_TOKEN)|SERVER__(HOST|PORT|ENDPOINT))$/;

const env = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
);
const output = {
  write: (text: string) => void process.stdout.write(text),
  colors: colorsFor(process.stdout, env),
};
const pointers = Object.keys(env).filter((name) => POINTS_AT_AN_API.test(name) && env[name] !== '');

try {
  if (pointers.length === 0) {
    await runDemo(output);
  } else {
    output.write(
      `Using the Prefect API that ${pointers.join(', ')} name(s) and the AWS account of your credentials,\n`,
    );
    output.write('not the sandbox. Unset the variable(s) to see the sandbox.\n\n');
    await runForReal(env, output);
  }
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
