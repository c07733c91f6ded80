import { GENERATIONS } from '../settings/generation.ts';
import { PREFECT_NAMES } from '../settings/prefect-names.ts';

/** Variables that point at an API of one's own. A configuration file does not: starting a demonstration must not surprise. */
const POINTERS = new Set<string>(
  GENERATIONS.flatMap((generation) => {
    const { required, pointers } = PREFECT_NAMES[generation];
    return [...required, ...pointers];
  }),
);

export interface OwnEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** Those that point at an API of one's own; none: the sandbox is meant. */
  readonly pointers: readonly string[];
}

/** The environment of a process, and whether it means the sandbox. */
export function ownEnvironment(processEnv: NodeJS.ProcessEnv): OwnEnvironment {
  const env = Object.fromEntries(
    Object.entries(processEnv).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const pointers = Object.keys(env).filter((name) => POINTERS.has(name) && env[name] !== '');
  return { env, pointers };
}

/** That the sandbox is not used, and why. */
export function ownApiText(pointers: readonly string[]): string {
  const [names, them] = pointers.length === 1 ? ['names', 'the variable'] : ['name', 'the variables'];
  return (
    `Using the Prefect API that ${pointers.join(', ')} ${names} and the AWS account of your credentials,\n` +
    `not the sandbox. Unset ${them} to see the sandbox.\n\n`
  );
}
