import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import type { DeployOptions } from './deploy.ts';
import { withStageFile } from './deployment-options.ts';

/** `agent deploy` */
export function deployCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return withStageFile(new Command('deploy'))
    .description('Check what a stage needs, deploy it, have it poll once, and say whether it is healthy.')
    .option(
      '--param <name=value>',
      'Parameter that wins over the file; an empty one counts as not set. Repeatable.',
      collect,
    )
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const { deploy } = await import('./deploy.ts');
      onEnd(await deploy(io, self.optsWithGlobals<DeployOptions>()));
    });
}

function collect(text: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, text];
}

const HELP = `
Takes the functions that \`npm run build\` has made; \`npm run deploy -- --stage prod\` makes them first. The checks are
those of \`agent doctor --stage\`. When one has failed, nothing is deployed and the exit code is 1. An agent that is
not healthy after the poll makes it 1 too; a poll that fails, what it is for \`agent invoke\`.

Needs the permissions that docs/deploy.md lists, and those of \`agent doctor\` for what is to be checked.

Examples:
  $ agent deploy --stage prod
  $ agent deploy --stage try --region eu-central-1 --param PREFECT__CLOUD__AGENT__LABELS=try
  $ agent deploy --stage prod --json | jq '.health'
`;
