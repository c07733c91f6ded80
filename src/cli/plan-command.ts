import { Command } from 'commander';
import type { CliIo, GlobalOptions } from './cli-io.ts';
import type { FlagValues } from './load-settings-with-flags.ts';
import { settingsOptions } from './settings-flags.ts';

/** `agent plan` */
export function planCommand(io: CliIo): Command {
  const command = new Command('plan')
    .description(
      "Show what a poll would do with each due flow run. Changes nothing, hides the values of users' variables.",
    )
    .addHelpText('after', EXAMPLES)
    .action(async (_, self: Command) => {
      const { showPlan } = await import('./show-plan.ts');
      await showPlan(io, self.optsWithGlobals<FlagValues & GlobalOptions>());
    });
  for (const option of settingsOptions({ life: false })) command.addOption(option);
  return command;
}

const EXAMPLES = `
Examples:
  $ agent plan --label prod --label etl
  $ agent plan --json | jq '.[].runTask.overrides'
`;
