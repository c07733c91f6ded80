import { CallCounter } from '../call-counter.ts';
import { createAgent } from '../compose/create-agent.ts';
import { plan as planPoll } from '../compose/plan.ts';
import { AgentError } from '../errors.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import type { CliIo, GlobalOptions } from './cli-io.ts';
import { colorsFor } from './colors.ts';
import { agentLogger } from './console-logger.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { type FlagValues, loadSettingsWithFlags } from './load-settings-with-flags.ts';
import { planText } from './plan-text.ts';

const TIMEOUT_MS = 60_000;

export type PlanOptions = FlagValues & GlobalOptions;

/** Shows what a poll would do with each due flow run, and answers the exit code. */
export async function plan(io: CliIo, options: PlanOptions): Promise<number> {
  const { stdout, env, clock } = io;
  const settings = await loadSettingsWithFlags(env, options);
  const logger = agentLogger(io, settings, options);
  const created = await createAgent(settings, { logger, calls: new CallCounter(), clock });
  const late = new AgentError(`The plan was not ready within ${TIMEOUT_MS / 1000} seconds. Try again.`);
  using timeout = timeoutSignal(clock, TIMEOUT_MS, late);
  const runs = await planPoll(created, clock, timeout.signal);
  stdout.write(options.json ? jsonText(runs) : planText(runs, clock.now(), colorsFor(stdout, env)));
  return EXIT_CODES.done;
}
