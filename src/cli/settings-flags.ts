import { type Command, Option } from 'commander';
import { SettingsError } from '../errors.ts';
import type { Generation } from '../settings/generation.ts';
import type { SettingName } from '../settings/setting-value.ts';
import { settingsTable } from '../settings/settings-table.ts';

interface Target {
  readonly variable: SettingName;
  /** Variables that would contradict the flag. */
  readonly instead?: readonly SettingName[];
}

/** A flag that stands for a setting's variable. */
export interface SettingsFlag extends Target {
  readonly option: Option;
  /** The flag's values as the variable holds them. */
  readonly encode: (values: readonly string[]) => string;
  /** What it stands for where the agent serves Prefect 3. @default the same */
  readonly ofPrefect3?: Target;
  /** The one Prefect that reads it. @default each does */
  readonly only?: Generation;
}

/** How each variable is spelled as a flag: the options of `prefect agent ecs start`, and of `prefect worker start`. */
export const settingsFlags: readonly SettingsFlag[] = [
  {
    ...one('-a, --api <url>', 'PREFECT__CLOUD__API'),
    option: new Option(
      '-a, --api <url>',
      'URL of the Prefect API: of Prefect 1, or with --pool of Prefect 3.',
    ),
    ofPrefect3: { variable: 'PREFECT_API_URL' },
  },
  one('-p, --pool <name>', 'PREFECT_WORK_POOL'),
  only(
    3,
    many('-q, --work-queue <name>', 'PREFECT_WORK_QUEUES', (names) => [...new Set(names)]),
  ),
  {
    ...one('--key-secret <arn>', 'PREFECT__CLOUD__API_KEY_SECRET'),
    instead: ['PREFECT__CLOUD__API_KEY', 'PREFECT__CLOUD__AGENT__AUTH_TOKEN', 'PREFECT__CLOUD__AUTH_TOKEN'],
    ofPrefect3: {
      variable: 'PREFECT_API_KEY_SECRET',
      // An auth string would win over it.
      instead: ['PREFECT_API_KEY', 'PREFECT_API_AUTH_STRING', 'PREFECT_API_AUTH_STRING_SECRET'],
    },
  },
  authStringSecret(),
  only(1, one('--tenant-id <uuid>', 'PREFECT__CLOUD__TENANT_ID')),
  {
    ...one('-n, --name <name>', 'PREFECT__CLOUD__AGENT__NAME', literal),
    instead: ['PREFECT_WORKER_NAME'],
  },
  only(
    1,
    many('-l, --label <label>', 'PREFECT__CLOUD__AGENT__LABELS', (labels) => [...new Set(labels)].sort()),
  ),
  many('-e, --env <NAME=value>', 'PREFECT__CLOUD__AGENT__ENV_VARS', (pairs) =>
    Object.fromEntries(pairs.map(splitPair)),
  ),
  one('--max-polls <number>', 'PREFECT__CLOUD__AGENT__MAX_POLLS'),
  one('--agent-address <url>', 'PREFECT__CLOUD__AGENT__AGENT_ADDRESS'),
  only(1, one('--agent-config-id <id>', 'PREFECT__CLOUD__AGENT__AGENT_CONFIG_ID', literal)),
  only(1, {
    option: new Option('--no-cloud-logs', 'Keep the logs of flow runs from the Prefect API.'),
    variable: 'PREFECT__CLOUD__AGENT__NO_CLOUD_LOGS',
    encode: () => 'true',
  }),
  one('--log-level <DEBUG|INFO|WARNING|ERROR>', 'PREFECT__CLOUD__AGENT__LEVEL'),
  one('--cluster <cluster>', 'PREFECT__CLOUD__AGENT__ECS__CLUSTER', literal),
  one('--launch-type <type>', 'PREFECT__CLOUD__AGENT__ECS__LAUNCH_TYPE'),
  one('--task-role-arn <arn>', 'PREFECT__CLOUD__AGENT__ECS__TASK_ROLE_ARN'),
  one('--execution-role-arn <arn>', 'PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN'),
  only(1, one('--task-definition <path>', 'PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION')),
  one('--run-task-kwargs <path>', 'PREFECT__CLOUD__AGENT__ECS__RUN_TASK_KWARGS'),
];

/** Only the life of an agent is about these. */
const LIFE: readonly SettingName[] = [
  'PREFECT__CLOUD__AGENT__MAX_POLLS',
  'PREFECT__CLOUD__AGENT__AGENT_ADDRESS',
  'PREFECT__CLOUD__AGENT__AGENT_CONFIG_ID',
];

/** Adds the flags to a command that starts an agent (`life`) or only wants its settings. */
export function withSettingsFlags(command: Command, { life }: { readonly life: boolean }): Command {
  for (const { option, variable } of settingsFlags)
    if (life || !LIFE.includes(variable)) command.addOption(option);
  return command.addOption(keyOption());
}

function one(flags: string, variable: SettingName, write: (value: string) => string = String): SettingsFlag {
  const option = new Option(flags, settingsTable[variable].description);
  return { option, variable, encode: ([value = '']) => write(value) };
}

function many(
  flags: string,
  variable: SettingName,
  collect: (values: readonly string[]) => unknown,
): SettingsFlag {
  const option = new Option(flags, `${settingsTable[variable].description} Repeatable.`);
  option.argParser<string[] | undefined>((value, previous = []) => [...previous, value]);
  return { option, variable, encode: (values) => literal(collect(values)) };
}

function only(generation: Generation, flag: SettingsFlag): SettingsFlag {
  flag.option.description += ` Prefect ${generation} only.`;
  return { ...flag, only: generation };
}

function authStringSecret(): SettingsFlag {
  const flag = one('--auth-string-secret <arn>', 'PREFECT_API_AUTH_STRING_SECRET');
  flag.option.conflicts('keySecret');
  return only(3, { ...flag, instead: ['PREFECT_API_AUTH_STRING'] });
}

/** JSON that means what it says: a variable's `$NAME` would be replaced by another variable. */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll('$', '\\u0024');
}

function splitPair(pair: string): [name: string, value: string] {
  const at = pair.indexOf('=');
  // The text may be a secret, so it is not shown.
  if (at < 1) throw new SettingsError('--env expects NAME=value, got a text without a name and a `=`.');
  return [pair.slice(0, at), pair.slice(at + 1)];
}

/** The genuine agent's, known so that nobody's key ends in a message about an unknown option. */
function keyOption(): Option {
  return new Option('-k, --key <key>').hideHelp().argParser(() => {
    throw new SettingsError(
      '--key is not taken: every user of this machine can read the arguments of a process. ' +
        'Name the secret that holds the key with --key-secret <arn>, or set PREFECT__CLOUD__API_KEY and, ' +
        'since tasks then get it in plain text, PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY=true.',
    );
  });
}
