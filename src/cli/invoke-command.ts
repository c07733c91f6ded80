import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { withFunctionOptions } from './deployment-options.ts';
import type { InvokeOptions } from './invoke.ts';
import { parseCount } from './parse-count.ts';

/** `agent invoke` */
export function invokeCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return withFunctionOptions(new Command('invoke'))
    .description('Invoke the deployed poll function, and show its log and its result.')
    .option('--endpoint-url <url>', 'Endpoint of Lambda. (default: that of AWS)')
    .option('--dry-run', 'Only ask what a poll would do.')
    .option(
      '--max-polls <number>',
      'How many times it polls before it ends. (default: until nothing is due)',
      parseCount,
    )
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const { invoke } = await import('./invoke.ts');
      onEnd(await invoke(io, self.optsWithGlobals<InvokeOptions>()));
    });
}

const HELP = `
Needs the permission lambda:InvokeFunction on the poll function.

Examples:
  $ agent invoke --stage prod --dry-run
  $ agent invoke --function-name my-agent-poll --region eu-central-1 --json
`;
