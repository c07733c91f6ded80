import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import type { RunOptions } from './run-agent.ts';
import { settingsOptions } from './settings-flags.ts';

/** `agent run` */
export function runCommand(io: CliIo, onEnd: (code: number) => void): Command {
  const command = new Command('run')
    .description('Poll from this machine and start what is due, until nothing is.')
    .option('--forever', "Live as Prefect's own agent does: poll and wait, until Ctrl-C.")
    .addHelpText('after', EXAMPLES)
    .action(async (_, self: Command) => {
      const options = self.optsWithGlobals<RunOptions>();
      if (options['agentAddress'] !== undefined && !options.forever) {
        self.error('error: --agent-address serves a living agent only. Add --forever.');
      }
      const { runAgent } = await import('./run-agent.ts');
      onEnd(await runAgent(io, options));
    });
  for (const option of settingsOptions({ life: true })) command.addOption(option);
  return command;
}

const EXAMPLES = `
Examples:
  $ agent run --label prod --max-polls 1
  $ agent run --forever --agent-address http://127.0.0.1:8080 --log-level DEBUG
`;
