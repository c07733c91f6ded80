import { secretArn } from './arn-parsers.ts';
import { httpUrl } from './prefect-parsers.ts';
import type { Parser, Setting } from './setting.ts';
import { listOf } from './structure-parsers.ts';
import { numberBetween, secret, text } from './text-parsers.ts';

/** Prefect 3 replaces nothing in its settings. */
function asWritten<T>(parse: Parser<T>): Parser<T> {
  return (value) => parse(value, (written) => written);
}

/** The settings of the Prefect 3 backend, by the names that Prefect 3 has for them. A part of `settingsTable`. */
export const prefect3SettingsTable = {
  PREFECT_API_URL: {
    parse: asWritten(httpUrl),
    whenUnset: 'the agent serves Prefect 1',
    description:
      'URL of the API of Prefect 3, such as `http://prefect:4200/api`. With `PREFECT_WORK_POOL` it makes the agent serve Prefect 3.',
  },
  PREFECT_WORK_POOL: {
    parse: asWritten(text),
    whenUnset: 'the agent serves Prefect 1',
    description: 'Name of the work pool, of type `ecs`, whose flow runs the agent takes.',
  },
  PREFECT_WORK_QUEUES: {
    parse: asWritten(listOf(/\S/, 'names of work queues')),
    default: '[]',
    description: 'Work queues of the pool whose flow runs the agent takes. None named: all of them.',
  },
  PREFECT_WORKER_NAME: {
    parse: asWritten(text),
    whenUnset: 'as `PREFECT__CLOUD__AGENT__NAME` says',
    description: 'Name of the agent among the workers of the pool.',
  },
  PREFECT_WORKER_PREFETCH_SECONDS: {
    parse: numberBetween(0, 240),
    whenUnset: 'as `PREFECT__CLOUD__AGENT__LEAD_SECONDS` says',
    description:
      'How many seconds before its start time a flow run of Prefect 3 may be launched, 0 to 240. Wins over `PREFECT__CLOUD__AGENT__LEAD_SECONDS`.',
  },
  PREFECT_API_KEY: {
    parse: asWritten(secret),
    whenUnset: 'none',
    description:
      'API key of Prefect Cloud, in plain text. Needs `PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY`; prefer `PREFECT_API_KEY_SECRET`.',
  },
  PREFECT_API_KEY_SECRET: {
    parse: secretArn,
    whenUnset: 'none',
    description:
      'ARN of the Secrets Manager secret (a JSON key may follow) or SSM parameter that holds the API key.',
  },
  PREFECT_API_AUTH_STRING: {
    parse: asWritten(secret),
    whenUnset: 'none',
    description:
      'Auth string of a self-hosted server, `user:password`, in plain text. Wins over an API key. Needs `PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY`; prefer `PREFECT_API_AUTH_STRING_SECRET`.',
  },
  PREFECT_API_AUTH_STRING_SECRET: {
    parse: secretArn,
    whenUnset: 'none',
    description:
      'ARN of the Secrets Manager secret (a JSON key may follow) or SSM parameter that holds the auth string.',
  },
} as const satisfies Record<string, Setting<unknown>>;
