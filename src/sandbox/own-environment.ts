/** Variables that point at an API of one's own. A configuration file does not: starting a demonstration must not surprise. */
const POINTS_AT_AN_API =
  /^(PREFECT__(BACKEND|CLOUD__(API|ENDPOINT|API_KEY|API_KEY_SECRET|AUTH_TOKEN|AGENT__AUTH_TOKEN)|SERVER__(HOST|PORT|ENDPOINT))|PREFECT_(API_URL|API_KEY|API_KEY_SECRET|API_AUTH_STRING|WORK_POOL))$/;

export interface OwnEnvironment {
  readonly env: Readonly<Record<string, string>>;
  /** Those that point at an API of one's own; none: the sandbox is meant. */
  readonly pointers: readonly string[];
}

/** This process's environment, and whether it means the sandbox. */
export function ownEnvironment(): OwnEnvironment {
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const pointers = Object.keys(env).filter((name) => POINTS_AT_AN_API.test(name) && env[name] !== '');
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
