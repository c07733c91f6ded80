/** What a property is that is not there. */
export const NO_VALUE = { Ref: 'AWS::NoValue' } as const;

/** What may be absent. */
export type Optional<T> = T | typeof NO_VALUE;

/** Something of the stack. */
export interface Ref {
  readonly Ref: string;
}

/** An ARN, or how CloudFormation makes it. */
export type Arn = string | { readonly 'Fn::Sub': string } | { readonly 'Fn::GetAtt': readonly string[] };

/** The ARN of something in the account and region of the stack. What is an ARN already stays as it is. */
export function ourArn(service: string, type: string, name: string): Arn {
  if (name.startsWith('arn:')) return name;
  return {
    'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${type}/${name}`,
  };
}

/** What a policy allows. */
interface Allowed {
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, readonly string[]>> };
}

/** A policy that is part of a role. */
export interface Policy {
  readonly PolicyName: string;
  readonly PolicyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly (Allowed & { readonly Effect: 'Allow' })[];
  };
}

/** A policy of a role that allows each of these. */
export function policy(name: string, ...allowed: readonly Allowed[]): Policy {
  const Statement = allowed.map((statement) => ({ Effect: 'Allow', ...statement }) as const);
  return { PolicyName: name, PolicyDocument: { Version: '2012-10-17', Statement } };
}

/** A condition of CloudFormation that is decided. */
export function condition(holds: boolean): { readonly 'Fn::Equals': readonly [string, string] } {
  return { 'Fn::Equals': ['true', String(holds)] };
}
