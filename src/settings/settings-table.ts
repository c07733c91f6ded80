import { secretArn } from './arn-parsers.ts';
import { ecsSettingsTable } from './ecs-settings-table.ts';
import { prefect3SettingsTable } from './prefect3-settings-table.ts';
import { agentAddress, httpUrl, tenantId } from './prefect-parsers.ts';
import type { Setting } from './setting.ts';
import { listOf, textMap } from './structure-parsers.ts';
import {
  atLeastOne,
  count,
  flag,
  numberBetween,
  oneOf,
  positiveNumber,
  secret,
  text,
} from './text-parsers.ts';

const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
const FLOW_LEVELS = ['NOTSET', 'WARN', 'FATAL', ...LEVELS] as const;

/**
 * Every setting by its environment variable, in the order of the configuration table.
 * `PREFECT__SECTION__KEY` is `key` under `[section]` in config.toml.
 * `${section.key}` in a default stands for another setting.
 */
export const settingsTable = {
  PREFECT__BACKEND: {
    parse: oneOf(['cloud', 'server']),
    default: 'cloud',
    description:
      'Kind of Prefect API: `server` for a self-hosted Prefect Server, `cloud` for Prefect Cloud 1.',
  },
  PREFECT__CLOUD__API: {
    parse: httpUrl,
    default: '${${backend}.endpoint}',
    description: 'URL of the GraphQL API. No path is added.',
  },
  PREFECT__CLOUD__ENDPOINT: {
    parse: httpUrl,
    default: 'https://api.prefect.io',
    description: 'URL of the API of the `cloud` backend.',
  },
  PREFECT__SERVER__HOST: {
    parse: httpUrl,
    default: 'http://localhost',
    description: 'Scheme and host of the API of the `server` backend.',
  },
  PREFECT__SERVER__PORT: {
    parse: count,
    default: '4200',
    description: 'Port of the API of the `server` backend.',
  },
  PREFECT__SERVER__ENDPOINT: {
    parse: httpUrl,
    default: '${server.host}:${server.port}',
    description: 'URL of the API of the `server` backend.',
  },
  PREFECT__CLOUD__API_KEY: {
    parse: secret,
    whenUnset: 'required for `cloud`, unless another setting gives the key',
    description:
      'API key, in plain text. Needs `PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY`; prefer `PREFECT__CLOUD__API_KEY_SECRET`.',
  },
  PREFECT__CLOUD__AGENT__AUTH_TOKEN: {
    parse: secret,
    whenUnset: 'none',
    description: 'Older name of `PREFECT__CLOUD__API_KEY`, which wins over it.',
  },
  PREFECT__CLOUD__AUTH_TOKEN: {
    parse: secret,
    whenUnset: 'none',
    description: 'Oldest name of `PREFECT__CLOUD__API_KEY`; the others win over it.',
  },
  PREFECT__CLOUD__API_KEY_SECRET: {
    parse: secretArn,
    whenUnset: 'none',
    description:
      'ARN of the Secrets Manager secret (a JSON key may follow) or SSM parameter that holds the API key.',
  },
  PREFECT__CLOUD__TENANT_ID: {
    parse: tenantId,
    whenUnset: 'asked of the API',
    description: 'UUID of the Prefect tenant.',
  },
  ...prefect3SettingsTable,
  PREFECT__CLOUD__SEND_FLOW_RUN_LOGS: {
    parse: flag,
    default: 'true',
    description: 'Whether flow runs send their logs to the Prefect API.',
  },
  PREFECT__LOGGING__LEVEL: {
    parse: oneOf(FLOW_LEVELS),
    default: 'INFO',
    description: 'Log level given to flow runs.',
  },
  PREFECT__CLOUD__AGENT__NAME: {
    parse: text,
    default: 'agent',
    description: 'Name of the agent in the Prefect UI.',
  },
  PREFECT__CLOUD__AGENT__LABELS: {
    parse: listOf(/\S/, 'labels that are text'),
    default: '[]',
    description: 'Labels of the agent: it takes flow runs whose labels are all among them.',
  },
  PREFECT__CLOUD__AGENT__LEVEL: {
    parse: oneOf(LEVELS),
    default: 'INFO',
    description: "The agent's own log level.",
  },
  PREFECT__CLOUD__AGENT__AGENT_ADDRESS: {
    parse: agentAddress,
    whenUnset: 'no server',
    description: 'Address that serves /api/health and /api/poke when the agent runs as a process.',
  },
  PREFECT__CLOUD__AGENT__MAX_POLLS: {
    parse: count,
    whenUnset: 'no limit',
    description: 'How many times the agent polls before it ends.',
  },
  PREFECT__CLOUD__AGENT__ENV_VARS: {
    parse: textMap,
    default: '{}',
    description: 'Environment variables set on every flow run.',
  },
  PREFECT__CLOUD__AGENT__NO_CLOUD_LOGS: {
    parse: flag,
    whenUnset: 'as `PREFECT__CLOUD__SEND_FLOW_RUN_LOGS` says',
    description: 'Whether to keep the logs of flow runs from the Prefect API.',
  },
  PREFECT__CLOUD__AGENT__AGENT_CONFIG_ID: {
    parse: text,
    whenUnset: 'none',
    description: 'ID of an agent configuration in the Prefect API.',
  },
  PREFECT__CLOUD__AGENT__LEAD_SECONDS: {
    parse: numberBetween(0, 240),
    default: '75',
    description:
      'How many seconds before its start time a flow run may be launched, 0 to 240. Its container waits for the start time.',
  },
  PREFECT__CLOUD__AGENT__LINGER_SECONDS: {
    parse: numberBetween(1, 60),
    whenUnset: 'it ends',
    description:
      'How many seconds an invocation that finds nothing due waits before it looks again, 1 to 60, until its time is used up.',
  },
  PREFECT__CLOUD__AGENT__MAX_LAUNCHES: {
    parse: atLeastOne,
    whenUnset: 'no limit',
    description:
      'How many flow runs an invocation launches at most. More stay in the queue for the next one.',
  },
  PREFECT__CLOUD__AGENT__MAX_LATENESS_SECONDS: {
    parse: positiveNumber,
    whenUnset: 'no limit',
    description:
      'How many seconds after it was due a flow run is still launched. Later ones are given up as `PREFECT__CLOUD__AGENT__LATE_RUNS` says.',
  },
  PREFECT__CLOUD__AGENT__LATE_RUNS: {
    parse: oneOf(['fail', 'cancel']),
    default: 'fail',
    description:
      'What becomes of flow runs that are too late: `fail` sets them to Failed, `cancel` to Cancelled.',
  },
  ...ecsSettingsTable,
  PREFECT__CLOUD__AGENT__CONTROL_TABLE: {
    parse: text,
    whenUnset: 'the record is held in memory',
    description: 'DynamoDB table of the control record.',
  },
  PREFECT__CLOUD__AGENT__POLL_FUNCTION: {
    parse: text,
    whenUnset: 'there is no `/api/poke`',
    description: 'Name of the poll function, for `/api/poke`.',
  },
  PREFECT__CLOUD__AGENT__POKE_SECRET: {
    parse: secretArn,
    whenUnset: 'pokes are signed with AWS credentials',
    description: 'ARN of the secret that authenticates pokes as a bearer token, as for the API key.',
  },
  PREFECT__CLOUD__AGENT__METRICS: {
    parse: oneOf(['problems', 'all']),
    default: 'problems',
    description:
      'Which numbers of a poll become metrics of CloudWatch: `problems`, those that say that something is not as it should be, or `all`.',
  },
  PREFECT__CLOUD__AGENT__HEALTH_MAX_AGE_SECONDS: {
    parse: positiveNumber,
    default: '120',
    description: 'How many seconds old the last successful poll may be before health answers 503.',
  },
  PREFECT__HOME_DIR: {
    parse: text,
    default: '~/.prefect',
    description: 'Directory of auth.toml. Not read under Lambda.',
  },
  PREFECT__USER_CONFIG_PATH: {
    parse: text,
    default: '~/.prefect/config.toml',
    description: "Path of Prefect's user configuration. Not read under Lambda.",
  },
  PREFECT__BACKEND_CONFIG_PATH: {
    parse: text,
    default: '~/.prefect/backend.toml',
    description: 'Path of the file in which `prefect backend` keeps its choice. Not read under Lambda.',
  },
} as const satisfies Record<string, Setting<unknown>>;
