import { PollFailedError } from '../agent/poll-failed-error.ts';
import type { PollReport } from '../agent/poll-report.ts';
import { CallCounter } from '../call-counter.ts';
import { createAgent } from '../compose/create-agent.ts';
import type { PollResult } from '../functions/handle-poll.ts';
import { checkAws } from './aws-errors.ts';
import type { CliIo, GlobalOptions } from './cli-io.ts';
import { colorsFor } from './colors.ts';
import { agentLogger } from './console-logger.ts';
import { EXIT_CODES, exitCodeOfReport } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { type FlagValues, loadSettingsWithFlags } from './load-settings-with-flags.ts';
import { resultText } from './result-text.ts';
import { stopOnSignal } from './stop-on-signal.ts';

/** How long a bounded run may take, in milliseconds: as long as the function's. */
const DEADLINE_MS = 58_000;

export type RunOptions = FlagValues & GlobalOptions & { readonly forever?: boolean };

type Result = Extract<PollResult, { dryRun: false }>;

/** Polls in this process, shows the result and answers the exit code. */
export async function run(io: CliIo, options: RunOptions): Promise<number> {
  const { env, clock } = io;
  const settings = await loadSettingsWithFlags(env, options);
  const logger = agentLogger(io, settings, options);
  const calls = new CallCounter();
  const { agent, launching } = await createAgent(settings, { logger, calls, clock });
  // Before anything is claimed that could not be launched.
  await checkAws((await launching()).ecsClient.config);
  const startMs = clock.now();
  const show = (report: PollReport) => {
    const durationMs = clock.now() - startMs;
    const result = {
      agent: agent.name,
      durationMs,
      calls: calls.take(),
      notes: [],
      dryRun: false as const,
      ...report,
    };
    write(io, result, options);
  };
  const end = options.forever ? {} : { deadlineMs: startMs + DEADLINE_MS };
  return stopOnSignal(io, 'claimed flow runs are still launched', async (stop) => {
    try {
      const report = await agent.start({ ...end, stop });
      show(report);
      // What an agent could not start in its life was tried again or told in Prefect long ago.
      return options.forever ? EXIT_CODES.done : exitCodeOfReport(report);
    } catch (error) {
      if (error instanceof PollFailedError) show(error.report);
      throw error;
    }
  });
}

function write({ stdout, env }: CliIo, result: Result, { json }: RunOptions): void {
  stdout.write(json ? jsonText(result) : resultText(result, colorsFor(stdout, env)));
}
