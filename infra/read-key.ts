import { policy, type Policy } from './cloudformation.ts';

/**
 * The policy that reads a key and nothing else.
 * @param arn of the secret or parameter, as the setting has it. IAM knows a secret without what may follow its ARN:
 * the key of a JSON secret, a stage and a version.
 * @param encryptionKey ARN of the customer's key; empty for AWS's own keys, which need no permission.
 */
export function readKey(arn: string, encryptionKey: string): Policy {
  const parts = arn.split(':');
  // ECS reads parameters with GetParameters, the functions with GetParameter.
  const [actions, resource] =
    parts[2] === 'ssm'
      ? [['ssm:GetParameter', 'ssm:GetParameters'], arn]
      : [['secretsmanager:GetSecretValue'], parts.slice(0, 7).join(':')];
  const decrypt = encryptionKey === '' ? [] : [[['kms:Decrypt'], [encryptionKey]] as const];
  return policy('read-key', [actions, [resource]], ...decrypt);
}
