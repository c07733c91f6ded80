import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CloudWatchLogSource } from '../logs/cloudwatch-log-source.ts';
import { followLog } from '../logs/follow-log.ts';
import type { LogEvent } from '../logs/log-source.ts';
import { readLoggedPoll } from '../status/logged-poll.ts';
import { checkAws } from './aws-errors.ts';
import type { CliIo } from './cli-io.ts';
import { clientConfig } from './client-config.ts';
import { type Colors, colorsFor } from './colors.ts';
import { type FunctionOptions, pollFunctionName } from './deployment-options.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { jsonLine } from './json-text.ts';
import { logLineText } from './log-tail.ts';
import { oneLine } from './one-line.ts';
import { stopOnSignal } from './stop-on-signal.ts';

export interface LogsOptions extends FunctionOptions {
  /** How far to look back, in milliseconds. */
  readonly since: number;
  readonly follow?: boolean;
  readonly flowRun?: string;
}

/** Shows the function's log, and answers the exit code. */
export async function logs(io: CliIo, options: LogsOptions): Promise<number> {
  const { stdout, stderr, env, clock } = io;
  const { since, follow, flowRun, json = false } = options;
  const client = new CloudWatchLogsClient(clientConfig(options));
  await checkAws(client.config, 'Reading the log');
  const colors = colorsFor(stdout, env);
  const onEvent = (event: LogEvent) => {
    stdout.write(json ? eventJson(event) : eventText(event, flowRun, colors));
  };
  const onNote = (note: string) => {
    stderr.write(`${oneLine(note)}\n`);
  };
  const query = {
    group: `/aws/lambda/${pollFunctionName(options)}`,
    pattern: flowRun === undefined ? undefined : `"${flowRun}"`,
    startMs: clock.now() - since,
  };
  return stopOnSignal(io, 'nothing more is read', async (stop) => {
    await followLog({ source: new CloudWatchLogSource(client), clock, onEvent, onNote, follow }, query, stop);
    return EXIT_CODES.done;
  });
}

function eventText(event: LogEvent, flowRun: string | undefined, colors: Colors): string {
  const text = logLineText(event.message.trimEnd(), colors);
  const run = readLoggedPoll(event)?.report?.runs.find(({ flowRunId }) => flowRunId === flowRun);
  if (run === undefined || text === '') return text;
  return `${text.trimEnd()}: ${oneLine(run.name)} ${run.outcome}: ${oneLine(run.detail)}\n`;
}

/** The line as it was logged: an object, where it is JSON. */
function eventJson({ timeMs, message }: LogEvent): string {
  const time = new Date(timeMs).toISOString();
  try {
    return jsonLine({ time, line: JSON.parse(message) as unknown });
  } catch {
    return jsonLine({ time, line: message.trimEnd() });
  }
}
