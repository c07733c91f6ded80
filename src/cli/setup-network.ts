import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { readStageFile, readStageParameters, stageFile } from '../deployment/stage-parameters.ts';
import { withParameters } from '../deployment/with-parameters.ts';
import { CallCounter } from '../call-counter.ts';
import { AwsCaller } from '../doctor/aws-caller.ts';
import { findNetwork } from '../doctor/find-network.ts';
import { createEc2 } from '../ecs/ec2-query.ts';
import { createEcsClient } from '../ecs/ecs-client.ts';
import { AgentError } from '../errors.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import { checkAws, toAwsError } from './aws-errors.ts';
import type { CliIo } from './cli-io.ts';
import { clientConfig } from './client-config.ts';
import { colorsFor } from './colors.ts';
import { hasConsent } from './consent.ts';
import type { StageOptions } from './deployment-options.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { type NetworkSetup, networkChangesText, networkOutcomeText } from './setup-network-text.ts';

const TIMEOUT_MS = 60_000;
const ATTEMPT = 'Looking for the default VPC';

const SUBNETS = 'PREFECT__CLOUD__AGENT__ECS__SUBNETS';
const ASSIGN_PUBLIC_IP = 'PREFECT__CLOUD__AGENT__ECS__ASSIGN_PUBLIC_IP';

export interface SetupNetworkOptions extends StageOptions {
  readonly yes?: boolean;
}

/** Writes the network of the default VPC into the stage's file, if it may, and answers the exit code. */
export async function setupNetwork(io: CliIo, options: SetupNetworkOptions): Promise<number> {
  const { stage, json } = options;
  const { stages } = io.deployer;
  const file = stageFile(stage, stages);
  const present = await readStageParameters(stage, stages);
  const found = await lookUp(io, options);
  const launchType = present['PREFECT__CLOUD__AGENT__ECS__LAUNCH_TYPE'] ?? 'FARGATE';
  // ECS refuses a public address for tasks that are not Fargate's.
  const isPublic = found.needsPublicAddress && launchType === 'FARGATE';
  const wanted = { [SUBNETS]: found.chosen.join(','), ...(isPublic && { [ASSIGN_PUBLIC_IP]: 'true' }) };
  const changes = Object.entries(wanted)
    .map(([name, to]) => ({ name, from: present[name] ?? null, to }))
    .filter(({ from, to }) => from !== to);
  const seen: NetworkSetup = {
    vpc: found.vpc,
    subnets: found.subnets,
    file: relative('', file),
    changes,
    dryRun: false,
  };
  if (!json) io.stdout.write(networkChangesText(seen, colorsFor(io.stdout, io.env)));
  const mayWrite = await isWanted(io, options, seen);
  if (changes.length > 0 && mayWrite) await write(file, wanted);
  const done = { ...seen, dryRun: !mayWrite };
  io.stdout.write(json ? jsonText(done) : networkOutcomeText(done));
  return EXIT_CODES.done;
}

async function lookUp({ env, clock }: CliIo, { stage, region }: SetupNetworkOptions) {
  const { config } = createEcsClient(new CallCounter(), clientConfig({ region }));
  await checkAws(config, ATTEMPT);
  const late = new AgentError(`${ATTEMPT} took more than ${TIMEOUT_MS / 1000} seconds. Try again.`);
  using timeout = timeoutSignal(clock, TIMEOUT_MS, late);
  const ec2 = createEc2({ config }, env['AWS_ENDPOINT_URL_EC2']);
  const todo =
    `Name the subnets of another VPC as ${SUBNETS} in infra/stages/${stage}.yml, ` +
    'name another region with --region, or make a default VPC: aws ec2 create-default-vpc.';
  try {
    return await findNetwork(ec2, new AwsCaller(config, env), todo, timeout.signal);
  } catch (error) {
    if (error instanceof AgentError) throw error;
    // `fetch` says in the cause what has failed.
    throw toAwsError(ATTEMPT, error instanceof TypeError ? (error.cause ?? error) : error);
  }
}

/** Only what would be lost is asked for. */
async function isWanted(io: CliIo, options: SetupNetworkOptions, { file, changes }: NetworkSetup) {
  const lost = changes.filter(({ from }) => from !== null).map(({ name }) => name);
  return (
    lost.length === 0 || hasConsent(io, options, `Shall ${lost.join(' and ')} be overwritten in ${file}?`)
  );
}

async function write(file: string, parameters: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, withParameters(await readStageFile(file), parameters));
}
