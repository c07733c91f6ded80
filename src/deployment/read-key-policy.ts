import { secretReference } from '../settings/secret-reference.ts';
import { policy, type Policy } from './cloudformation.ts';

/**
 * The policy that reads a key and nothing else.
 * @param arn of the secret or parameter, as the setting has it. IAM knows a secret without what may follow its ARN:
 * the key of a JSON secret, a stage and a version.
 * @param encryptionKey ARN of the customer's key; empty for AWS's own keys, which need no permission.
 */
export function readKeyPolicy(arn: string, encryptionKey: string): Policy {
  const reference = secretReference(arn);
  // ECS reads parameters with GetParameters, the functions with GetParameter.
  const actions =
    reference.service === 'ssm'
      ? ['ssm:GetParameter', 'ssm:GetParameters']
      : ['secretsmanager:GetSecretValue'];
  const decrypt = encryptionKey === '' ? [] : [[['kms:Decrypt'], [encryptionKey]] as const];
  return policy('read-key', [actions, [reference.arn]], ...decrypt);
}
