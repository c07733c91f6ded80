import { Command, InvalidArgumentError } from 'commander';
import type { CliIo } from './cli-io.ts';
import { withFunctionOptions } from './deployment-options.ts';
import type { LogsOptions } from './logs.ts';
import { sinceOption } from './since-option.ts';

/** `agent logs` */
export function logsCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return withFunctionOptions(new Command('logs'))
    .description('Show the log of the deployed poll function.')
    .addOption(sinceOption('10m'))
    .option('-f, --follow', 'Go on with what is logged, until Ctrl-C.')
    .option('--flow-run <id>', 'Only the lines that name this flow run.', parseUuid)
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const { logs } = await import('./logs.ts');
      onEnd(await logs(io, self.optsWithGlobals<LogsOptions>()));
    });
}

function parseUuid(text: string): string {
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('Expected the id of a flow run, a UUID.');
}

const HELP = `
--json writes one line of JSON for each line of the log. Another function's log is shown by its name: --function-name
serverless-prefect-agent-prod-taskStopped.

Needs the permission logs:FilterLogEvents on the log group of the function.

Examples:
  $ agent logs --stage prod --follow
  $ agent logs --stage prod --since 1d --flow-run 05848151-e7ec-4426-9cea-12e0d3e3e32c
`;
