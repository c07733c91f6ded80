import {
  ConflictException,
  type ECSClient,
  RunTaskCommand,
  type RunTaskCommandInput,
  type RunTaskCommandOutput,
} from '@aws-sdk/client-ecs';
import { type LaunchOutcome, retry } from '../agent/launch-outcome.ts';
import { classifyFailure } from './classify-failure.ts';

/** Starts one task, at most once for its client token, and says what came of it. Never throws. */
export async function runTask(
  client: ECSClient,
  input: RunTaskCommandInput,
  abortSignal: AbortSignal,
): Promise<LaunchOutcome> {
  try {
    return readAnswer(await client.send(new RunTaskCommand(input), { abortSignal }));
  } catch (error) {
    const [existing] = error instanceof ConflictException ? (error.resourceIds ?? []) : [];
    // The token was used before with other parameters: the launch has its task already.
    if (existing !== undefined) return started(existing);
    return classifyFailure('RunTask', error);
  }
}

/** RunTask answers HTTP 200 with `failures` where there is no room for the task. */
function readAnswer({ tasks, failures }: RunTaskCommandOutput): LaunchOutcome {
  const arn = tasks?.[0]?.taskArn;
  if (arn !== undefined) return started(arn);
  const reasons = (failures ?? []).map(({ arn, reason, detail }) =>
    [reason ?? 'no reason given', detail, arn].filter(Boolean).join(', '),
  );
  return retry(`RunTask started no task: ${reasons.join('; ') || 'no reason given'}`, CAPACITY_DELAY_MS);
}

/** How long a run waits for room, in milliseconds. */
const CAPACITY_DELAY_MS = 60_000;

function started(taskArn: string): LaunchOutcome {
  return { kind: 'started', infrastructureId: taskArn, info: `Task ${taskArn}` };
}
