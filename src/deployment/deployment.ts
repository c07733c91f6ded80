import * as z from 'zod/mini';
import { startedByPrefix } from '../ecs/started-by.ts';
import { loadPokeSettings } from '../settings/load-poke-settings.ts';
import { checkedSettings } from './checked-settings.ts';
import { condition, NO_VALUE } from './cloudformation.ts';
import { DEPLOYED_SETTINGS, knownParameters } from './known-parameters.ts';
import { readParameters } from './parameters.ts';
import { readDocumentsPolicy } from './read-documents-policy.ts';
import { readKeyPolicy } from './read-key-policy.ts';
import { taskResources } from './task-resources.ts';
import { rejectUnknownParameters } from './unknown-parameters.ts';
import { withOrigins } from './with-origins.ts';

/**
 * The parameters of a deployment, checked, and what follows from them: what the fragments say `${self:custom.…}` for.
 * Nothing is asked of AWS.
 * @param resolve gives the value of a variable of the Serverless Framework
 * @param given the parameters of the command line, `name=value`
 * @throws SettingsError that lists, one to a line, what is missing or wrong
 */
export async function deployment(resolve: (variable: string) => Promise<unknown>, given: readonly string[]) {
  const textOf = async (variable: string) => z.coerce.string().parse(await resolve(variable));
  const parameter = (name: string) => textOf(`param:${name}, ''`);
  const parameters = await readParameters(parameter);
  rejectUnknownParameters(given, await knownParameters());
  const env = new Map<string, string>();
  for (const name of DEPLOYED_SETTINGS) env.set(name, await parameter(name));
  const stage = await textOf('sls:stage');
  const { agent, ecs, prefect } = await withOrigins(
    () => checkedSettings(Object.fromEntries(env)),
    `infra/stages/${stage}.yml`,
    given,
  );
  const stack = `${await textOf('self:service')}-${stage}`;
  const poke = loadPokeSettings({
    ...Object.fromEntries(env),
    PREFECT__CLOUD__AGENT__POLL_FUNCTION: `${stack}-poll`,
  });
  const taskDefinition = env.get('PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION') ?? '';
  const { isOwn, ...tasks } = taskResources(ecs, taskDefinition, parameters, stack);
  const { alarmEmail, alarmTopic, documents, permissionsBoundary, reservedConcurrency } = parameters;
  const { apiKey } = prefect;
  return {
    ...tasks,
    agentName: agent.name,
    startedByPrefix: startedByPrefix(agent.name),
    // Decided here and not by CloudFormation, which knows none of the parameters.
    conditions: {
      OwnCluster: condition(isOwn.cluster),
      OwnExecutionRole: condition(isOwn.executionRole),
      OwnFlowLogs: condition(isOwn.flowLogs),
      MayUseDefaultNetwork: condition(ecs.runTaskKwargs['networkConfiguration'] === undefined),
      HasAlarmEmail: condition(alarmEmail !== ''),
      HasDashboard: condition(parameters.dashboard),
    },
    readKey: apiKey?.kind === 'secret' ? readKeyPolicy(apiKey.arn, parameters.keyEncryptionKey) : NO_VALUE,
    readPokeSecret:
      poke.secret?.kind === 'secret' ? readKeyPolicy(poke.secret.arn, parameters.keyEncryptionKey) : NO_VALUE,
    pokeAuthorization: poke.secret === undefined ? 'AWS_IAM' : 'NONE',
    readDocuments: documents.length === 0 ? NO_VALUE : readDocumentsPolicy(documents),
    permissionsBoundary: permissionsBoundary === '' ? NO_VALUE : permissionsBoundary,
    reservedConcurrency: reservedConcurrency ?? NO_VALUE,
    alarmEmail,
    alarmActions: [
      ...(alarmEmail === '' ? [] : [{ Ref: 'AlarmTopic' }]),
      ...(alarmTopic === '' ? [] : [alarmTopic]),
    ],
  };
}
