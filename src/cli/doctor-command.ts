import { Command } from 'commander';
import type { CliIo } from './cli-io.ts';
import { withRegion } from './deployment-options.ts';
import type { DoctorOptions } from './doctor.ts';
import { withSettingsFlags } from './settings-flags.ts';

/** `agent doctor` */
export function doctorCommand(io: CliIo, onEnd: (code: number) => void): Command {
  const command = new Command('doctor').option(
    '--stage <stage>',
    'Check what a deployment to the stage needs. Its parameters are those of infra/stages/<stage>.yml.',
  );
  return withSettingsFlags(withRegion(command), { life: false })
    .description('Check what an agent with these settings needs: Prefect, AWS, the network. Changes nothing.')
    .addHelpText('after', HELP)
    .action(async (_, self: Command) => {
      const { doctor } = await import('./doctor.ts');
      onEnd(await doctor(io, self.optsWithGlobals<DoctorOptions>()));
    });
}

const HELP = `
With --stage, the settings are those of the stage's parameter file and not those of the environment, and what the
deployment makes by itself is not asked for.

When a check has failed, the exit code is 1. What your own credentials may not read is told, and is no failure.

Needs the permissions ecs:DescribeClusters, iam:GetRole, ec2:DescribeSubnets, ec2:DescribeRouteTables,
ecr:DescribeImages, secretsmanager:DescribeSecret or ssm:GetParameter, and servicequotas:GetServiceQuota.

Examples:
  $ agent doctor --api https://prefect.example.com/graphql --cluster flows
  $ agent doctor --stage prod
  $ agent doctor --json | jq '.checks[] | select(.status == "failed")'
`;
