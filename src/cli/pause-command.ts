import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import type { PauseOptions, ResumeOptions } from './pause.ts';

/** `agent pause` */
export function pauseCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return withControlOptions('pause', 'Have the deployed agent claim nothing until `agent resume`.')
    .option('--reason <text>', 'Why. Health, the log and the results of polls say so.')
    .addHelpText('after', PAUSE_HELP)
    .action(async (_, self: Command) => {
      const { pause } = await import('./pause.ts');
      onEnd(await pause(io, self.optsWithGlobals<PauseOptions>()));
    });
}

/** `agent resume` */
export function resumeCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return withControlOptions('resume', 'End the pause of the deployed agent.').action(
    async (_, self: Command) => {
      const { resume } = await import('./pause.ts');
      onEnd(await resume(io, self.optsWithGlobals<ResumeOptions>()));
    },
  );
}

/** A command for the control record of a deployment. */
export function withControlOptions(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--stage <stage>', 'Stage that the agent was deployed to.', 'dev')
    .option('--table <name>', 'Control table. (default: serverless-prefect-agent-<stage>-control)')
    .option('--region <region>', 'AWS region. (default: that of the AWS configuration)');
}

const PAUSE_HELP = `
Due runs stay in the queue, untouched. What the agent has claimed already is still recovered, and the tasks of
cancelled runs are still stopped. Needs the permission dynamodb:UpdateItem on the control table.

Examples:
  $ agent pause --stage prod --reason 'moving to another cluster'
  $ agent resume --stage prod
`;
