import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { withStageFile } from './deployment-options.ts';
import type { SetupNetworkOptions } from './setup-network.ts';

/** `agent setup-network` */
export function setupNetworkCommand(io: CliIo, onEnd: (code: number) => void): Command {
  return withStageFile(new Command('setup-network'))
    .description("Write the subnets of the default VPC into a stage's parameter file.")
    .option('--yes', 'Overwrite other values without asking.')
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const { setupNetwork } = await import('./setup-network.ts');
      onEnd(await setupNetwork(io, self.optsWithGlobals<SetupNetworkOptions>()));
    });
}

const HELP = `
Of the default VPC in the region, those subnets are taken that have a route to the outside. Tasks in a subnet that
leads to an internet gateway get a public address, for without one they reach nothing. What else is in the file stays,
comments too. A value that differs is overwritten when you say yes, or with --yes.

Needs the permissions ec2:DescribeVpcs, ec2:DescribeSubnets and, to see where they lead, ec2:DescribeRouteTables.

Examples:
  $ agent setup-network --stage prod
  $ agent setup-network --stage prod --region eu-central-1 --yes
`;
