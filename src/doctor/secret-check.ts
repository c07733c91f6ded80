import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { secretReference } from '../settings/secret-reference.ts';
import type { ApiKeySource } from '../settings/settings.ts';
import { type Check, failed, ok, type Verdict, warning } from './check.ts';

/** Clients for the region of the secret. */
export interface SecretClients {
  readonly secretsManager: (region: string) => SecretsManagerClient;
  readonly ssm: (region: string) => SSMClient;
}

/** Whether the secret of the API key is there. Its value is not asked for. */
export function secretCheck(source: ApiKeySource | undefined, clients: SecretClients): Check {
  return {
    name: 'API key',
    run: async (signal) => {
      if (source === undefined) return ok('none is set');
      if (source.kind === 'value') {
        return warning(
          'it is in the settings in plain text, and tasks get it so',
          'Put it into Secrets Manager, and name the secret in the settings.',
        );
      }
      try {
        return await secretVerdict(source.arn, clients, signal);
      } catch (error) {
        const name = error instanceof Error ? error.name : '';
        if (name !== 'ResourceNotFoundException' && name !== 'ParameterNotFound') throw error;
        return failed(`there is no ${source.arn}`, 'Create the secret, or correct its ARN in the settings.');
      }
    },
  };
}

async function secretVerdict(
  given: string,
  clients: SecretClients,
  abortSignal: AbortSignal,
): Promise<Verdict> {
  const { service, region, arn } = secretReference(given);
  if (service === 'ssm') {
    // Encrypted still, as its store has it.
    const command = new GetParameterCommand({ Name: arn, WithDecryption: false });
    await clients.ssm(region).send(command, { abortSignal });
    return ok(`${given} is there`);
  }
  const command = new DescribeSecretCommand({ SecretId: arn });
  const { DeletedDate } = await clients.secretsManager(region).send(command, { abortSignal });
  return DeletedDate === undefined
    ? ok(`${given} is there`)
    : failed(`${given} is being deleted`, 'Restore it (aws secretsmanager restore-secret), or name another.');
}
