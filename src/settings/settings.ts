import type { Limits } from '../agent/limits.ts';
import type { Secret } from '../secret.ts';
import type { Generation } from './generation.ts';

/** Where the API key is: given as it is, or named by the ARN of a secret that holds it. */
export type ApiKeySource =
  { readonly kind: 'value'; readonly value: Secret } | { readonly kind: 'secret'; readonly arn: string };

/** The levels of Python's logging that Prefect knows. */
export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

/** What the Prefect 1 backend needs to know of the API. */
export interface Prefect1Settings {
  readonly generation: 1;
  /** `server`: a self-hosted Prefect Server. `cloud`: Prefect Cloud 1, which wants a key. */
  readonly backend: 'server' | 'cloud';
  /** The GraphQL endpoint, as it is; no path is added. */
  readonly api: string;
  /** Always present for `cloud`. */
  readonly apiKey: ApiKeySource | undefined;
  /** A UUID in lower case with dashes; looked up when absent. */
  readonly tenantId: string | undefined;
}

/** What the Prefect 3 backend needs to know of the API. */
export interface Prefect3Settings {
  readonly generation: 3;
  /** The address under which the API's paths are, `/api` included. */
  readonly api: string;
  readonly apiKey: ApiKeySource | undefined;
  /** What `apiKey` is: a key of Prefect Cloud, or the `user:password` of a self-hosted server. */
  readonly keyKind: 'key' | 'auth-string';
  readonly workPool: string;
  /** Empty: all queues of the pool. */
  readonly workQueues: readonly string[];
}

interface SettingsByGeneration {
  readonly 1: Prefect1Settings;
  readonly 3: Prefect3Settings;
}

/** What the backend of the Prefect that is served needs to know of the API. */
export type PrefectSettings = SettingsByGeneration[Generation];

/** The seed's arguments of `Agent`, and how the agent logs. */
export interface AgentSettings {
  readonly agentConfigId: string | undefined;
  /** Default "agent". */
  readonly name: string;
  /** In the order given. */
  readonly labels: readonly string[];
  readonly envVars: Readonly<Record<string, string>>;
  /** undefined: unlimited in a process; under Lambda until idle or the end of the budget. */
  readonly maxPolls: number | undefined;
  /** How long before its start time an invocation may launch a run, in milliseconds: 0 to 240,000. Default 75,000. */
  readonly leadMs: number;
  /** How long an invocation that found nothing waits before it looks again; undefined: it ends. */
  readonly lingerMs: number | undefined;
  readonly limits: Limits;
  readonly agentAddress: string | undefined;
  readonly noCloudLogs: boolean;
  /** The agent's own log level. Default INFO. */
  readonly logLevel: LogLevel;
}

/** The options of `prefect agent ecs start`, and the network. */
export interface EcsSettings {
  readonly cluster: string | undefined;
  /** undefined only when `runTaskKwargs` names a capacity provider strategy. */
  readonly launchType: 'FARGATE' | 'EC2' | 'EXTERNAL' | undefined;
  readonly taskRoleArn: string | undefined;
  readonly executionRoleArn: string | undefined;
  /** The agent's default task definition, as RegisterTaskDefinition takes it. */
  readonly taskDefinition: Readonly<Record<string, unknown>> | undefined;
  /** The agent's default arguments of RunTask, as RunTask takes them; the network settings are merged in. */
  readonly runTaskKwargs: Readonly<Record<string, unknown>>;
  /** The pace of RunTask; `isLimit`: never faster, for somebody set it. Default: what AWS allows for the launch type. */
  readonly launchRate: { readonly perSecond: number; readonly isLimit: boolean };
  /** How many tasks of the agent may be alive at once; undefined: any number. */
  readonly maxTasksInFlight: number | undefined;
  /** Whether a task that Fargate Spot has no capacity for is started on demand. Default false. */
  readonly spotFallback: boolean;
  /** Whether a Running run whose task AWS took away goes back in the queue. Default false: it fails. */
  readonly spotReschedule: boolean;
  /** Whether tasks may get the API key in plain text. Default false. */
  readonly plaintextApiKey: boolean;
}

/** Everything that can be configured: validated, complete, frozen. */
export interface Settings {
  readonly prefect: PrefectSettings;
  readonly agent: AgentSettings;
  readonly ecs: EcsSettings;
  /** Log level given to flow runs (`PREFECT__LOGGING__LEVEL`). Default INFO. */
  readonly flowLogLevel: string;
  /** Name of the DynamoDB table of the control record; undefined: the record is held in memory. */
  readonly controlTable: string | undefined;
  /** Which numbers of a poll become metrics of CloudWatch. */
  readonly metrics: 'problems' | 'all';
  /** How old the last successful poll may be before health turns to 503, in milliseconds. */
  readonly healthMaxAgeMs: number;
}
