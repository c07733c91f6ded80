import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { withSettingsFlags } from './settings-flags.ts';
import type { SetupPoolOptions } from './setup-pool.ts';

/** `agent setup-pool` */
export function setupPoolCommand(io: CliIo, onEnd: (code: number) => void): Command {
  const command = new Command('setup-pool').option('--yes', 'Write it without asking.');
  return withSettingsFlags(command, { life: false })
    .description('Create the work pool of Prefect 3 that this agent serves, or bring it up to date.')
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const { setupPool } = await import('./setup-pool.ts');
      onEnd(await setupPool(io, self.optsWithGlobals<SetupPoolOptions>()));
    });
}

const HELP = `
The pool is that of PREFECT_WORK_POOL, of type ecs. Its base job template is the one of Prefect's own ECS worker,
with what the settings say of this deployment: cluster, roles, network, secret. In a pool that exists, what the
settings do not speak of stays as it is. A pool of another type is not touched.

The differences are shown first. They are written when you say yes, or with --yes; where nobody can be asked,
nothing is written.

Needs no permission in AWS but to read the secret and the S3 objects that the settings name.

Examples:
  $ agent setup-pool
  $ agent setup-pool --cluster flows --execution-role-arn arn:aws:iam::123456789012:role/flows --yes
  $ agent setup-pool --json | jq '.changes[].name'
`;
