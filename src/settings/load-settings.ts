import { deepFreeze } from './deep-freeze.ts';
import { documentReaders } from './document-readers.ts';
import type { DocumentReaders } from './load-document.ts';
import type { Generation } from './generation.ts';
import { readHealthSettings } from './load-health-settings.ts';
import { prefectGeneration } from './prefect-generation.ts';
import { readApiKeySource, readPrefect3Key } from './read-api-key-source.ts';
import { readEcsSettings } from './read-ecs-settings.ts';
import { refusePlaintextKey } from './refuse-plaintext-key.ts';
import { SettingsReader } from './settings-reader.ts';
import type {
  AgentSettings,
  Prefect1Settings,
  Prefect3Settings,
  PrefectSettings,
  Settings,
} from './settings.ts';
import { noteLikelyTypos, rejectUnknownEcsNames } from './unknown-names.ts';

/**
 * Reads everything that can be configured: the environment and the documents that it names, and outside Lambda
 * Prefect's own files (backend.toml, config.toml, auth.toml) below it. The table of all settings, with their
 * defaults, is `settingsTable`.
 *
 * @throws SettingsError that lists, one to a line, all settings that are missing or wrong
 */
export async function loadSettings(
  env: NodeJS.ProcessEnv,
  deps: Partial<DocumentReaders> = {},
): Promise<Settings> {
  const readers = { ...documentReaders, ...deps };
  const reader = new SettingsReader(env);
  if (!reader.inLambda) {
    const { addPrefectConfig } = await import('./prefect-files.ts');
    await addPrefectConfig(reader, readers.readFile);
  }
  const generation = prefectGeneration(reader);
  const settings: Settings = {
    prefect: await READ_PREFECT[generation](reader, readers),
    agent: readAgentSettings(reader, generation),
    ecs: await readEcsSettings(reader, readers),
    flowLogLevel: reader.read('PREFECT__LOGGING__LEVEL'),
    metrics: reader.read('PREFECT__CLOUD__AGENT__METRICS'),
    ...readHealthSettings(reader),
  };
  refusePlaintextKey(reader, settings);
  await rejectUnknownEcsNames(reader, env);
  if (reader.hasProblems) await noteLikelyTypos(reader, env);
  reader.throwIfWrong();
  return deepFreeze(settings);
}

const READ_PREFECT: Readonly<
  Record<
    Generation,
    (reader: SettingsReader, readers: DocumentReaders) => PrefectSettings | Promise<PrefectSettings>
  >
> = { 1: readPrefect1Settings, 3: readPrefect3Settings };

async function readPrefect1Settings(
  reader: SettingsReader,
  { readFile }: DocumentReaders,
): Promise<Prefect1Settings> {
  const backend = reader.read('PREFECT__BACKEND');
  const api = readApi(reader, backend);
  if (!reader.inLambda) {
    const { addPrefectAuth } = await import('./prefect-files.ts');
    await addPrefectAuth(reader, api, readFile);
  }
  return {
    generation: 1,
    backend,
    api,
    apiKey: readApiKeySource(reader, backend),
    tenantId: reader.read('PREFECT__CLOUD__TENANT_ID'),
  };
}

function readPrefect3Settings(reader: SettingsReader): Prefect3Settings {
  return {
    generation: 3,
    api: reader.read('PREFECT_API_URL') ?? '',
    ...readPrefect3Key(reader),
    workPool: reader.read('PREFECT_WORK_POOL') ?? '',
    workQueues: reader.read('PREFECT_WORK_QUEUES'),
  };
}

function readApi(reader: SettingsReader, backend: Prefect1Settings['backend']): string {
  // What is wrong with these is then said of them, and not of the API, whose default they are.
  const names =
    backend === 'cloud'
      ? (['PREFECT__CLOUD__ENDPOINT'] as const)
      : (['PREFECT__SERVER__HOST', 'PREFECT__SERVER__PORT', 'PREFECT__SERVER__ENDPOINT'] as const);
  for (const name of names) reader.read(name);
  return reader.read('PREFECT__CLOUD__API');
}

function readAgentSettings(reader: SettingsReader, generation: Generation): AgentSettings {
  const workers = <T>(value: T) => (generation === 3 ? value : undefined);
  const leadSeconds = reader.read('PREFECT__CLOUD__AGENT__LEAD_SECONDS');
  const sendFlowRunLogs = reader.read('PREFECT__CLOUD__SEND_FLOW_RUN_LOGS');
  return {
    agentConfigId: reader.read('PREFECT__CLOUD__AGENT__AGENT_CONFIG_ID'),
    name: workers(reader.read('PREFECT_WORKER_NAME')) ?? reader.read('PREFECT__CLOUD__AGENT__NAME'),
    labels: reader.read('PREFECT__CLOUD__AGENT__LABELS'),
    envVars: reader.read('PREFECT__CLOUD__AGENT__ENV_VARS'),
    maxPolls: reader.read('PREFECT__CLOUD__AGENT__MAX_POLLS'),
    leadMs: inMs(workers(reader.read('PREFECT_WORKER_PREFETCH_SECONDS')) ?? leadSeconds),
    lingerMs: inMs(reader.read('PREFECT__CLOUD__AGENT__LINGER_SECONDS')),
    limits: {
      maxLaunches: reader.read('PREFECT__CLOUD__AGENT__MAX_LAUNCHES'),
      maxLatenessMs: inMs(reader.read('PREFECT__CLOUD__AGENT__MAX_LATENESS_SECONDS')),
      lateRuns: reader.read('PREFECT__CLOUD__AGENT__LATE_RUNS'),
    },
    agentAddress: reader.read('PREFECT__CLOUD__AGENT__AGENT_ADDRESS'),
    noCloudLogs: reader.read('PREFECT__CLOUD__AGENT__NO_CLOUD_LOGS') ?? !sendFlowRunLogs,
    logLevel: reader.read('PREFECT__CLOUD__AGENT__LEVEL'),
  };
}

function inMs(seconds: number): number;
function inMs(seconds: number | undefined): number | undefined;
function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
