/** What the ARN of a secret says, with what ECS lets follow that of a Secrets Manager secret. */
export interface SecretReference {
  readonly service: 'ssm' | 'secretsmanager';
  readonly region: string;
  /** As AWS knows it: without what may follow. */
  readonly arn: string;
  /** The key of a JSON secret whose text is meant, and the version. Empty counts as not set. */
  readonly jsonKey: string | undefined;
  readonly stage: string | undefined;
  readonly id: string | undefined;
}

/** @param arn of a secret or an SSM parameter, as a setting has it */
export function secretReference(arn: string): SecretReference {
  // arn:aws:secretsmanager:region:account:secret:name, then :json-key:version-stage:version-id, as ECS has it.
  const parts = arn.split(':');
  const [, , service, region = ''] = parts;
  if (service === 'ssm') return { service, region, arn, jsonKey: undefined, stage: undefined, id: undefined };
  const [jsonKey, stage, id] = parts.slice(7);
  return { service: 'secretsmanager', region, arn: parts.slice(0, 7).join(':'), jsonKey, stage, id };
}
