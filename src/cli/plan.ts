import { CallCounter } from '../call-counter.ts';
import { createAgent } from '../compose/create-agent.ts';
import { AgentError } from '../errors.ts';
import { plan } from '../compose/plan.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import type { CliIo, GlobalOptions } from './cli-io.ts';
import { colorsFor } from './colors.ts';
import { jsonText } from './json-text.ts';
import { ConsoleLogger } from './console-logger.ts';
import { type FlagValues, loadSettingsWithFlags } from './load-settings-with-flags.ts';
import { planText } from './plan-text.ts';

const TIMEOUT_MS = 60_000;

/** Says what a poll would do with each due flow run. */
export async function showPlan(io: CliIo, options: FlagValues & GlobalOptions): Promise<void> {
  const { stdout, stderr, env, clock } = io;
  const settings = await loadSettingsWithFlags(env, options);
  const logger = new ConsoleLogger({
    output: stderr,
    clock,
    colors: colorsFor(stderr, env),
    level: settings.agent.logLevel,
    debug: options.debug,
  });
  const created = await createAgent(settings, { logger, calls: new CallCounter(), clock });
  const late = new AgentError(`The plan was not ready within ${TIMEOUT_MS / 1000} seconds. Try again.`);
  using timeout = timeoutSignal(clock, TIMEOUT_MS, late);
  const runs = await plan(created, clock, timeout.signal);
  if (options.json) stdout.write(jsonText(runs));
  else stdout.write(planText(runs, clock.now(), colorsFor(stdout, env)));
}
