import type { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { CallCounter } from '../call-counter.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { ControlStore } from '../control/control-record.ts';
import { createControlStore } from '../control/create-control-store.ts';
import { createAgent, type CreatedAgent } from '../compose/create-agent.ts';
import type { Logger } from '../logger.ts';
import { loadSettings } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';

/** What a warm sandbox keeps from one invocation to the next: connections, the registration, known definitions. */
export interface Warm extends CreatedAgent {
  readonly calls: CallCounter;
  readonly clock: Clock;
  readonly control: ControlStore;
  readonly logger: Logger;
}

/** Makes what functions keep warm that act on flow runs. @throws SettingsError */
export async function createWarm(
  logger: PowertoolsLogger,
  env: NodeJS.ProcessEnv,
): Promise<Warm & { readonly settings: Settings }> {
  const settings = await loadSettings(env);
  const { logLevel } = settings.agent;
  logger.setLogLevel(logLevel === 'WARNING' ? 'WARN' : logLevel);
  const calls = new CallCounter();
  const clock = systemClock;
  const control = await createControlStore(settings.controlTable);
  const created = await createAgent(settings, { logger, calls, clock });
  return { ...created, settings, calls, clock, control, logger };
}
