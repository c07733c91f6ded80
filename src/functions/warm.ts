import type { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';
import { CallCounter } from '../call-counter.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { ControlStore } from '../control/control-record.ts';
import { createControlStore } from '../control/create-control-store.ts';
import { createAgent, type CreatedAgent } from '../create-agent.ts';
import type { Logger } from '../logger.ts';
import { environment } from '../settings/environment.ts';
import { loadSettings } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { likelyTypos } from '../settings/unknown-names.ts';

/** What a warm sandbox keeps from one poll to the next: connections, the registration, known definitions. */
export interface Warm extends CreatedAgent {
  readonly calls: CallCounter;
  readonly clock: Clock;
  readonly control: ControlStore;
  readonly logger: Logger;
}

/** Makes the warm state: reads the settings, warns of likely slips in their names. @throws SettingsError */
export async function createWarm(logger: PowertoolsLogger): Promise<Warm & Pick<Settings, 'metrics'>> {
  const env = environment();
  const settings = await loadSettings(env);
  const { logLevel } = settings.agent;
  logger.setLogLevel(logLevel === 'WARNING' ? 'WARN' : logLevel);
  for (const { name, nearest } of await likelyTypos(env)) {
    logger.warn(`${name} is ignored, for it is no setting. Did you mean ${nearest}?`);
  }
  const calls = new CallCounter();
  const clock = systemClock;
  const control = await createControlStore(settings.controlTable);
  const created = await createAgent(settings, { logger, calls, clock });
  return { ...created, calls, clock, control, logger, metrics: settings.metrics };
}
