import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import type { PlanOptions } from './plan.ts';
import { withSettingsFlags } from './settings-flags.ts';

/** `agent plan` */
export function planCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return withSettingsFlags(new Command('plan'), { life: false })
    .description(
      "Show what a poll would do with each due flow run, without the values of users' variables. Changes nothing.",
    )
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const { plan } = await import('./plan.ts');
      onEnd(await plan(io, self.optsWithGlobals<PlanOptions>()));
    });
}

const HELP = `
Needs no permission in AWS but to read the secret and the S3 objects that the settings name.

Examples:
  $ agent plan --api https://prefect.example.com/api --pool flows
  $ agent plan --label prod --label etl
  $ agent plan --json | jq '.[].runTask.overrides'
`;
