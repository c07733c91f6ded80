import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import type { RunOptions } from './run.ts';
import { withSettingsFlags } from './settings-flags.ts';

/** `agent run` */
export function runCommand(io: CliIo, onEnd: (code: number) => void): Command {
  const command = new Command('run').option(
    '--forever',
    "Live as Prefect's own agent does: poll and wait, until Ctrl-C.",
  );
  return withSettingsFlags(command, { life: true })
    .description('Poll from this machine and start what is due, until nothing is.')
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const options = self.optsWithGlobals<RunOptions>();
      if (options['agentAddress'] !== undefined && !options.forever) {
        self.error('error: --agent-address serves a living agent only. Add --forever.');
      }
      const { run } = await import('./run.ts');
      onEnd(await run(io, options));
    });
}

const HELP = `
Needs the permissions that docs/security.md has for the role of poll, but for the control record.

Examples:
  $ agent run --label prod --max-polls 1
  $ agent run --forever --agent-address http://127.0.0.1:8080 --log-level DEBUG
`;
