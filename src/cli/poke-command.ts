import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { withControlOptions, withFunctionName } from './deployment-options.ts';
import type { PokeOptions } from './poke.ts';

/** `agent poke` */
export function pokeCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return withFunctionName(withControlOptions(new Command('poke')))
    .description('Have the deployed agent poll at once, without waiting for it.')
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const { poke } = await import('./poke.ts');
      onEnd(await poke(io, self.optsWithGlobals<PokeOptions>()));
    });
}

const HELP = `
Does what POST /api/poke does, with your own credentials. While a poll is under way, that one looks again.

Needs the permissions dynamodb:UpdateItem on the control table and lambda:InvokeFunction on the poll function.

Examples:
  $ agent poke --stage prod
`;
