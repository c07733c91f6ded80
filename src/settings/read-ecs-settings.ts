import type { Document, DocumentReaders } from './load-document.ts';
import { Mismatch } from './mismatch.ts';
import { withNetwork } from './with-network.ts';
import type { SettingsReader } from './settings-reader.ts';
import type { EcsSettings } from './settings.ts';

const LAUNCH_TYPE = 'PREFECT__CLOUD__AGENT__ECS__LAUNCH_TYPE';
const TASK_DEFINITION = 'PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION';
const RUN_TASK_KWARGS = 'PREFECT__CLOUD__AGENT__ECS__RUN_TASK_KWARGS';

/** The options of Prefect's ECS agent, with the network merged into the arguments of RunTask. */
export async function readEcsSettings(
  reader: SettingsReader,
  readers: DocumentReaders,
): Promise<EcsSettings> {
  const [taskDefinition, kwargs = {}] = await Promise.all([
    readDocument(reader, TASK_DEFINITION, readers),
    readDocument(reader, RUN_TASK_KWARGS, readers),
  ]);
  const launchType = readLaunchType(reader, kwargs);
  return {
    cluster: reader.read('PREFECT__CLOUD__AGENT__ECS__CLUSTER'),
    launchType,
    taskRoleArn: reader.read('PREFECT__CLOUD__AGENT__ECS__TASK_ROLE_ARN'),
    executionRoleArn: reader.read('PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN'),
    taskDefinition,
    runTaskKwargs: withNetwork(reader, kwargs, launchType),
    launchRate: launchRate(reader, launchType),
    maxTasksInFlight: reader.read('PREFECT__CLOUD__AGENT__ECS__MAX_TASKS_IN_FLIGHT'),
    spotFallback: reader.read('PREFECT__CLOUD__AGENT__ECS__SPOT_FALLBACK'),
    spotReschedule: reader.read('PREFECT__CLOUD__AGENT__ECS__SPOT_RESCHEDULE'),
    plaintextApiKey: reader.read('PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY'),
  };
}

async function readDocument(
  reader: SettingsReader,
  name: typeof TASK_DEFINITION | typeof RUN_TASK_KWARGS,
  readers: DocumentReaders,
): Promise<Document | undefined> {
  const source = reader.read(name);
  if (source === undefined) return undefined;
  try {
    const { loadDocument } = await import('./load-document.ts');
    const document = await loadDocument(source, readers);
    await rejectFields(reader, name, document);
    return document;
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    reader.reject(name, reader.originOf(name), error.message, error.cause);
    return undefined;
  }
}

/** AWS's model of its requests is large: it is only loaded where there is something to hold to it. */
async function rejectFields(
  reader: SettingsReader,
  name: typeof TASK_DEFINITION | typeof RUN_TASK_KWARGS,
  document: Document,
): Promise<void> {
  const { runTaskProblems, taskDefinitionProblems } = await import('../python/boto-arguments.ts');
  const problems = name === RUN_TASK_KWARGS ? runTaskProblems(document) : taskDefinitionProblems(document);
  for (const problem of problems) reader.reject(name, reader.originOf(name), problem);
}

function readLaunchType(reader: SettingsReader, kwargs: Document): EcsSettings['launchType'] {
  const strategy = kwargs['capacityProviderStrategy'];
  const hasStrategy = Array.isArray(strategy) && strategy.length > 0;
  const launchType = reader.read(LAUNCH_TYPE) ?? (hasStrategy ? undefined : 'FARGATE');
  // Prefect's agent overwrites it without a word.
  if (kwargs['launchType'] !== undefined && kwargs['launchType'] !== launchType) {
    reader.reject(
      RUN_TASK_KWARGS,
      reader.originOf(RUN_TASK_KWARGS),
      `expected no launchType beside ${LAUNCH_TYPE} (${launchType ?? 'not set'}), got another one. ` +
        `Remove launchType, or set ${LAUNCH_TYPE} to it.`,
    );
  }
  return launchType;
}

/** By default AWS's quota of RunTask for an account in a region. A capacity provider strategy counts as Fargate. */
function launchRate(
  reader: SettingsReader,
  launchType: EcsSettings['launchType'],
): EcsSettings['launchRate'] {
  const limit = reader.read('PREFECT__CLOUD__AGENT__ECS__LAUNCHES_PER_SECOND');
  const quota = launchType === 'EC2' || launchType === 'EXTERNAL' ? 40 : 20;
  return { perSecond: limit ?? quota, isLimit: limit !== undefined };
}
