import { LambdaClient } from '@aws-sdk/client-lambda';
import { knownParameters } from '../deployment/known-parameters.ts';
import { givenPairs } from '../deployment/given-pairs.ts';
import type { Health } from '../control/health.ts';
import type { CheckResult } from '../doctor/run-checks.ts';
import { AgentError } from '../errors.ts';
import { readHealth } from '../status/read-health.ts';
import { checkAws } from './aws-errors.ts';
import { awsStatusSources } from './aws-status-sources.ts';
import { checkedStage } from './checked-stage.ts';
import type { CliIo } from './cli-io.ts';
import { clientConfig } from './client-config.ts';
import { colorsFor } from './colors.ts';
import { healthText } from './deploy-text.ts';
import type { StageOptions } from './deployment-options.ts';
import { hasFailed, makeChecks } from './doctor.ts';
import { doctorText } from './doctor-text.ts';
import { EXIT_CODES } from './exit-codes.ts';
import type { Invocation } from './invoke-poll.ts';
import { exitCodeOfInvocation, invokeDeployed, showInvocation } from './invoke.ts';
import { jsonText } from './json-text.ts';
import { stopOnSignal } from './stop-on-signal.ts';

const HEALTH_TIMEOUT_MS = 20_000;

export interface DeployOptions extends StageOptions {
  /** `name=value` @default none */
  readonly param?: readonly string[];
}

/** What `--json` writes. null: it did not come to that. */
interface Deployment {
  readonly checks: readonly CheckResult[];
  readonly invocation: Invocation | null;
  readonly health: Health | null;
}

/** Checks, deploys, has the agent poll, asks for its health, and answers the exit code. */
export async function deploy(io: CliIo, options: DeployOptions): Promise<number> {
  const { stdout, stderr, env } = io;
  const { stage, json = false } = options;
  const colors = colorsFor(stdout, env);
  const end = (code: number, deployment: Deployment) => {
    if (json) stdout.write(jsonText(deployment));
    return code;
  };
  const param = givenPairs(options.param ?? [], await knownParameters());
  const checked = await checkedStage(io, stage, { param });
  const region = await regionOf(options);

  return stopOnSignal(io, 'what is under way comes to its end', async (stop) => {
    const checks = await makeChecks(io, { ...checked, region, stop });
    if (!json) stdout.write(doctorText(checks, colors));
    if (stop.aborted || hasFailed(checks)) {
      stderr.write(`Nothing was deployed. ${stop.aborted ? '' : advice(stage, region)}\n`);
      return end(EXIT_CODES.failure, { checks, invocation: null, health: null });
    }
    await runServerless(io, { ...options, param, region }, stop);
    const invocation = await invokeDeployed(io, { stage, region });
    showInvocation(io, invocation, { json });
    const sources = await awsStatusSources(io.clock, { stage, region });
    const health = await readHealth(sources, AbortSignal.timeout(HEALTH_TIMEOUT_MS));
    if (!json) stdout.write(healthText(health, colors));
    const unhealthy = health.healthy ? EXIT_CODES.done : EXIT_CODES.failure;
    return end(exitCodeOfInvocation(invocation) || unhealthy, { checks, invocation, health });
  });
}

/** The Serverless Framework knows no region of the AWS configuration: it is told. */
async function regionOf(options: DeployOptions): Promise<string> {
  const { config } = new LambdaClient(clientConfig(options));
  await checkAws(config, 'Deploying');
  return config.region();
}

async function runServerless(
  { deployer }: CliIo,
  { stage, region, param = [] }: DeployOptions & { readonly region: string },
  stop: AbortSignal,
): Promise<void> {
  const parameters = param.flatMap((text) => ['--param', text]);
  const args = ['deploy', '--stage', stage, '--region', region, ...parameters];
  const code = await deployer.serverless(args, stop);
  if (code === 0) return;
  throw new AgentError(
    `The Serverless Framework ended with exit code ${code}, and has said why above. ` +
      'Correct that, and deploy again: what was deployed before is as it was, or is being rolled back.',
  );
}

function advice(stage: string, region: string): string {
  return (
    'Do what stands below each failed check, and deploy again. To deploy without checks: ' +
    `npx serverless deploy --stage ${stage} --region ${region}`
  );
}
