import { once } from 'node:events';
import { readStatus } from '../status/read-status.ts';
import { serveStatus as serve } from '../status/web/serve-status.ts';
import { awsStatusSources } from './aws-status-sources.ts';
import type { CliIo } from './cli-io.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { jsonLine } from './json-text.ts';
import type { StatusOptions } from './status.ts';
import { stopOnSignal } from './stop-on-signal.ts';

/** Serves the status as a page until Ctrl-C, and answers the exit code. */
export async function serveStatus(io: CliIo, options: StatusOptions): Promise<number> {
  const { stdout, clock } = io;
  const { since, port, json } = options;
  const sources = await awsStatusSources(clock, options);
  return stopOnSignal(io, 'the page is no longer served', async (stop) => {
    await using server = await serve({ read: () => readStatus(sources, since, stop), clock, port });
    const { url } = server;
    stdout.write(json ? jsonLine({ url }) : `The status is served at ${url} until Ctrl-C.\n`);
    if (!stop.aborted) await once(stop, 'abort');
    return EXIT_CODES.done;
  });
}
