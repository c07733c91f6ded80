import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { withDeploymentOptions } from './deployment-options.ts';
import { parseDuration } from './parse-duration.ts';
import type { StatusOptions } from './status.ts';

/** `agent status` */
export function statusCommand(io: CliIo, onEnd: (code: number) => void): Command {
  const command = new Command('status').description(
    'Show what the deployed agent did lately: its health, polls, launches and failures.',
  );
  return withDeploymentOptions(command)
    .option('--since <time>', 'How far to look back: 90s, 30m, 2h, 1d.', parseDuration, parseDuration('1h'))
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const { status } = await import('./status.ts');
      onEnd(await status(io, self.optsWithGlobals<StatusOptions>()));
    });
}

const HELP = `
Needs the permissions dynamodb:GetItem on the control table, logs:FilterLogEvents on the log group of the poll
function, and lambda:GetFunctionConfiguration. What can't be read is left out, is named, and makes the exit code 4.

Examples:
  $ agent status --stage prod
  $ agent status --stage prod --since 1d --json | jq '.recent.failures'
`;
