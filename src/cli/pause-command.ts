import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { type ControlOptions, withControlOptions } from './deployment-options.ts';
import type { PauseOptions } from './pause.ts';

/** `agent pause` */
export function pauseCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return withControlOptions(new Command('pause'))
    .description('Have the deployed agent claim nothing until `agent resume`.')
    .option('--reason <text>', 'Why. Health, the log and the results of polls say so.')
    .addHelpText('after', PAUSE_HELP)
    .action(async (_, self: Command) => {
      const { pause } = await import('./pause.ts');
      onEnd(await pause(io, self.optsWithGlobals<PauseOptions>()));
    });
}

/** `agent resume` */
export function resumeCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return withControlOptions(new Command('resume'))
    .description('End the pause of the deployed agent.')
    .addHelpText('after', RESUME_HELP)
    .action(async (_, self: Command) => {
      const { resume } = await import('./pause.ts');
      onEnd(await resume(io, self.optsWithGlobals<ControlOptions>()));
    });
}

const PAUSE_HELP = `
Due runs stay in the queue, untouched. What the agent has claimed already is still recovered, and the tasks of
cancelled runs are still stopped.

Needs the permission dynamodb:UpdateItem on the control table.

Examples:
  $ agent pause --stage prod --reason 'moving to another cluster'
`;

const RESUME_HELP = `
What is due is claimed with the next poll.

Needs the permission dynamodb:UpdateItem on the control table.

Examples:
  $ agent resume --stage prod
`;
