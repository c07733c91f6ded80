import { Command, InvalidArgumentError, Option } from 'commander';
import type { CliIo } from './cli-io.ts';
import { withFunctionOptions } from './deployment-options.ts';
import { sinceOption } from './since-option.ts';
import type { StatusOptions } from './status.ts';

/** `agent status` */
export function statusCommand(io: CliIo, onEnd: (code: number) => void): Command {
  const port = new Option('--port <number>', 'Port of the page on 127.0.0.1.')
    .argParser(parsePort)
    .default(0, 'any that is free');
  return withFunctionOptions(new Command('status'))
    .description('Show what the deployed agent did lately: its health, polls, launches and failures.')
    .addOption(sinceOption('1h'))
    .option('--web', 'Serve the same as a page on this machine, until Ctrl-C.')
    .addOption(port)
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const options = self.optsWithGlobals<StatusOptions>();
      if (options.web) {
        const { serveStatus } = await import('./serve-status.ts');
        onEnd(await serveStatus(io, options));
      } else {
        const { status } = await import('./status.ts');
        onEnd(await status(io, options));
      }
    });
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('Expected a port, 0 to 65535.');
}

const HELP = `
What can't be read is left out, is named, and makes the exit code 4.

Needs the permissions dynamodb:GetItem on the control table, logs:FilterLogEvents on the log group of the poll
function, and lambda:GetFunctionConfiguration on it.

Examples:
  $ agent status --stage prod
  $ agent status --stage prod --web
  $ agent status --stage prod --since 1d --json | jq '.recent.failures'
`;
