import { pausedText } from '../control/health.ts';
import type { CliIo } from './cli-io.ts';
import { type ControlOptions, controlTableName } from './deployment-options.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { oneLine } from './one-line.ts';
import { withControl } from './with-control.ts';

export interface PauseOptions extends ControlOptions {
  readonly reason?: string;
}

/** Pauses the deployed agent, and answers the exit code. */
export async function pause({ stdout, clock }: CliIo, options: PauseOptions): Promise<number> {
  const { reason, json } = options;
  const paused = { sinceMs: clock.now(), reason };
  await withControl(options, (store, signal) => store.pause(paused, signal));
  const since = new Date(paused.sinceMs).toISOString();
  stdout.write(
    json
      ? jsonText({
          table: controlTableName(options),
          paused: true,
          since,
          ...(reason !== undefined && { reason }),
        })
      : `${oneLine(pausedText(paused))}\nNothing more is claimed; a poll that is under way ends within a minute. \`agent resume\` ends the pause.\n`,
  );
  return EXIT_CODES.done;
}

/** Ends the pause of the deployed agent, and answers the exit code. */
export async function resume({ stdout }: CliIo, options: ControlOptions): Promise<number> {
  const { paused } = await withControl(options, (store, signal) => store.pause(undefined, signal));
  const text =
    paused === undefined
      ? 'The agent was not paused.'
      : `Resumed with the next poll; \`agent poke\` starts one now. ${oneLine(pausedText(paused))}`;
  stdout.write(
    options.json
      ? jsonText({ table: controlTableName(options), paused: false, wasPaused: paused !== undefined })
      : `${text}\n`,
  );
  return EXIT_CODES.done;
}
