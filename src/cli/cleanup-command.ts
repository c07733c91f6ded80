import { Command } from 'commander';
import type { CleanupOptions } from './cleanup.ts';
import type { CliIo } from './cli-io.ts';
import { parseCount } from './parse-count.ts';

/** `agent cleanup` */
export function cleanupCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return new Command('cleanup')
    .description("Show which of the agent's task definitions are unused, and deregister them with --yes.")
    .option('--unused-days <number>', 'Days without a run that make a definition unused.', parseCount, 30)
    .option('--yes', 'Deregister them. Without it nothing is changed.')
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const { cleanup } = await import('./cleanup.ts');
      onEnd(await cleanup(io, self.optsWithGlobals<CleanupOptions>()));
    });
}

const HELP = `
Only families that the agent itself has named (prefect- and 40 hexadecimal digits) are looked at. One with a
running task is kept. A flow run that needs a deregistered definition has it registered anew, and starts one poll
later at most.
The region is that of the AWS configuration (AWS_REGION).

Needs the permissions ecs:ListTaskDefinitionFamilies, ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition,
ecs:ListClusters, ecs:ListTasks and, with --yes, ecs:DeregisterTaskDefinition.

Examples:
  $ agent cleanup
  $ agent cleanup --unused-days 90 --yes
  $ agent cleanup --json | jq '.families[] | select(.action == "deregister").family'
`;
