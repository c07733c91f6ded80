import * as z from 'zod/mini';

const template = z.object({
  Conditions: z.record(z.string(), z.object({ 'Fn::Equals': z.tuple([z.string(), z.string()]) })),
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Condition: z.optional(z.string()),
      Properties: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
});

interface Resource {
  readonly type: string;
  /** With the values that CloudFormation would put in. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export type Stack = ReadonlyMap<string, Resource>;

const REGION = 'us-east-1';
const ACCOUNT = '123456789012';

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': 'stack',
};

/** The ARN that AWS gives a resource, by its name. */
const ARNS: Readonly<Record<string, (name: string) => string>> = {
  'AWS::IAM::Role': (name) => `arn:aws:iam::${ACCOUNT}:role/${name}`,
  'AWS::ECS::Cluster': (name) => `arn:aws:ecs:${REGION}:${ACCOUNT}:cluster/${name}`,
  'AWS::Logs::LogGroup': (name) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}:*`,
  'AWS::DynamoDB::Table': (name) => `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${name}`,
  'AWS::SQS::Queue': (name) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${name}`,
  'AWS::Lambda::Function': (name) => `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${name}`,
};

const NAMES = ['ClusterName', 'LogGroupName', 'TableName', 'FunctionName', 'RoleName', 'QueueName'];

/** What CloudFormation would make of a template, as far as this service's templates go. */
export function stackOf(json: unknown): Stack {
  const { Conditions, Resources } = template.parse(json);
  const holds = (name: string) => {
    const [left, right] = Conditions[name]?.['Fn::Equals'] ?? [];
    return left === right;
  };
  const nameOf = (id: string): string => {
    const named = NAMES.map((property) => Resources[id]?.Properties?.[property]);
    return named.find((name) => typeof name === 'string') ?? id;
  };
  const attribute = (id: string, name: string): string => {
    if (name !== 'Arn') return nameOf(id);
    const { Type = '' } = Resources[id] ?? {};
    return ARNS[Type]?.(nameOf(id)) ?? `arn:aws:x:${REGION}:${ACCOUNT}:${id}`;
  };
  const substitute = (text: string) =>
    text.replace(/\$\{([\w:]+)(?:\.(\w+))?\}/g, (_, id: string, name?: string) =>
      name === undefined ? (PSEUDO[id] ?? nameOf(id)) : attribute(id, name),
    );
  const valueOf = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(valueOf).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value as Record<string, unknown>);
    const [[name, operand] = ['', undefined]] = entries;
    switch (name) {
      case 'Ref':
        return operand === 'AWS::NoValue' ? undefined : (PSEUDO[String(operand)] ?? nameOf(String(operand)));
      case 'Fn::GetAtt': {
        const [id, attributeName] = z.tuple([z.string(), z.string()]).parse(operand);
        return attribute(id, attributeName);
      }
      case 'Fn::Sub':
        return substitute(z.string().parse(operand));
      case 'Fn::Join': {
        const [separator, parts] = z.tuple([z.string(), z.array(z.unknown())]).parse(operand);
        return parts.map((part) => z.string().parse(valueOf(part))).join(separator);
      }
      case 'Fn::If': {
        const [condition, then, otherwise] = z.tuple([z.string(), z.unknown(), z.unknown()]).parse(operand);
        return valueOf(holds(condition) ? then : otherwise);
      }
      default:
        return Object.fromEntries(
          entries.map(([key, item]) => [key, valueOf(item)]).filter(([, item]) => item !== undefined),
        );
    }
  };
  return new Map(
    Object.entries(Resources)
      .filter(([, { Condition }]) => Condition === undefined || holds(Condition))
      .map(([id, { Type, Properties = {} }]) => [
        id,
        { type: Type, properties: z.record(z.string(), z.unknown()).parse(valueOf(Properties)) },
      ]),
  );
}
