import type { Document } from './load-document.ts';
import type { SettingsReader } from './settings-reader.ts';
import type { EcsSettings } from './settings.ts';
import { isTable } from './structure-parsers.ts';

const SUBNETS = 'PREFECT__CLOUD__AGENT__ECS__SUBNETS';
const SECURITY_GROUPS = 'PREFECT__CLOUD__AGENT__ECS__SECURITY_GROUPS';
const ASSIGN_PUBLIC_IP = 'PREFECT__CLOUD__AGENT__ECS__ASSIGN_PUBLIC_IP';
const RUN_TASK_KWARGS = 'PREFECT__CLOUD__AGENT__ECS__RUN_TASK_KWARGS';

type LaunchType = EcsSettings['launchType'];
type NetworkSetting = typeof SUBNETS | typeof SECURITY_GROUPS | typeof ASSIGN_PUBLIC_IP;

/** The arguments of RunTask with the `networkConfiguration` that the network settings make. */
export function withNetwork(reader: SettingsReader, kwargs: Document, launchType: LaunchType): Document {
  const subnets = reader.read(SUBNETS) ?? [];
  const securityGroups = reader.read(SECURITY_GROUPS) ?? [];
  const assignPublicIp = reader.read(ASSIGN_PUBLIC_IP);
  const set: NetworkSetting[] = [];
  if (subnets.length > 0) set.push(SUBNETS);
  if (securityGroups.length > 0) set.push(SECURITY_GROUPS);
  if (assignPublicIp !== undefined) set.push(ASSIGN_PUBLIC_IP);

  if (hasNetwork(kwargs)) {
    rejectSecondNetwork(reader, set);
    return kwargs;
  }
  if (subnets.length === 0) {
    rejectMissingSubnets(reader, set);
    const { networkConfiguration: _none, ...rest } = kwargs;
    return rest;
  }
  // RunTask refuses a public address for a task of launch type EC2 or EXTERNAL.
  const isPublic = assignPublicIp ?? (launchType === undefined || launchType === 'FARGATE');
  const awsvpcConfiguration = {
    subnets,
    ...(securityGroups.length > 0 && { securityGroups }),
    assignPublicIp: isPublic ? 'ENABLED' : 'DISABLED',
  };
  return { ...kwargs, networkConfiguration: { awsvpcConfiguration } };
}

function hasNetwork({ networkConfiguration }: Document): boolean {
  return isTable(networkConfiguration) && Object.keys(networkConfiguration).length > 0;
}

function rejectSecondNetwork(reader: SettingsReader, set: readonly NetworkSetting[]): void {
  for (const name of set) {
    reader.reject(
      name,
      reader.originOf(name),
      `expected the network in one place, got it here and as networkConfiguration in ${RUN_TASK_KWARGS}. ` +
        'Remove one of the two.',
    );
  }
}

/** None at all is no mistake: Fargate tasks then run in the default VPC. */
function rejectMissingSubnets(reader: SettingsReader, set: readonly NetworkSetting[]): void {
  // What is wrong with these two has been said already; the network may be in them.
  if (reader.isWrong(SUBNETS) || reader.isWrong(RUN_TASK_KWARGS)) return;
  if (set.length === 0) return;
  reader.reject(
    SUBNETS,
    'not set',
    `expected the subnets of the tasks, got none, and ${set.join(' and ')} needs them. ` +
      `Set ${SUBNETS}, or a networkConfiguration in ${RUN_TASK_KWARGS}.`,
  );
}
