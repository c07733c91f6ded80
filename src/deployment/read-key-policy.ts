import { type SecretReference, secretReference } from '../settings/secret-reference.ts';
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
  const Action =
    reference.service === 'ssm'
      ? ['ssm:GetParameter', 'ssm:GetParameters']
      : ['secretsmanager:GetSecretValue'];
  const read = { Action, Resource: [reference.arn] };
  if (encryptionKey === '') return policy('read-key', read);
  const Condition = { StringEquals: { 'kms:ViaService': namesInKms(reference) } };
  return policy('read-key', read, { Action: ['kms:Decrypt'], Resource: [encryptionKey], Condition });
}

/** What KMS may call the service that asks it to decrypt this. */
function namesInKms({ service, region }: SecretReference): readonly string[] {
  const name = `${service}.${region}.amazonaws.com`;
  // AWS does not say which of the two it is in China.
  return region.startsWith('cn-') ? [name, `${name}.cn`] : [name];
}
