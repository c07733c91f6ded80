import { readStatus } from '../status/read-status.ts';
import { awsStatusSources } from './aws-status-sources.ts';
import type { CliIo } from './cli-io.ts';
import { colorsFor } from './colors.ts';
import type { FunctionOptions } from './deployment-options.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { announce } from './progress.ts';
import { statusText } from './status-text.ts';
import { stopOnSignal } from './stop-on-signal.ts';

export interface StatusOptions extends FunctionOptions {
  /** How far to look back, in milliseconds. */
  readonly since: number;
  readonly web?: boolean;
  /** Of the page; 0: any that is free. */
  readonly port: number;
}

/** Shows what the deployed agent did lately, and answers the exit code: 4 where a part could not be read. */
export async function status(io: CliIo, options: StatusOptions): Promise<number> {
  const { stdout, env, clock } = io;
  return stopOnSignal(io, 'nothing more is read', async (stop) => {
    announce(io, 'Reading what the agent did...');
    const sources = await awsStatusSources(clock, options);
    const found = await readStatus(sources, options.since, stop);
    stdout.write(options.json ? jsonText(found) : statusText(found, clock.now(), colorsFor(stdout, env)));
    return found.unread.length > 0 ? EXIT_CODES.aws : EXIT_CODES.done;
  });
}
