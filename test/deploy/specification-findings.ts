import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import * as z from 'zod/mini';
import { isObject } from '../../src/is-object.ts';

const template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.optional(z.record(z.string(), z.unknown())) }),
  ),
});

const specification = loadAwsServiceSpecSync();

const resourceOf = (type: string) =>
  specification.lookup('resource', 'cloudFormationType', 'equals', type)[0];

type Properties = NonNullable<ReturnType<typeof resourceOf>>['properties'];
type PropertyType = Properties[string]['type'];
type Scalar = Extract<PropertyType, { readonly type: keyof typeof WRITTEN }>;

const TAG: Properties = {
  Key: { type: { type: 'string' }, required: true },
  Value: { type: { type: 'string' }, required: true },
};

/** How each kind is written. CloudFormation takes 30 for "30", and "true" for true. */
const WRITTEN = {
  string: /^/,
  integer: /^-?\d+$/,
  number: /^-?\d+(?:\.\d+)?$/,
  boolean: /^(?:true|false)$/,
  'date-time': /^\d{4}-\d{2}-\d{2}/,
  null: /^null$/,
} as const;

/** What AWS's own specification of CloudFormation's resources has against a template, a line for each. */
export function specificationFindings(json: unknown): readonly string[] {
  const { Resources } = template.parse(json);
  return Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]) => {
    const resource = resourceOf(Type);
    if (resource === undefined) return [`${id}: expected a type of AWS, got ${Type}`];
    return objectFindings(id, Properties, resource.properties);
  });
}

function objectFindings(
  path: string,
  object: Readonly<Record<string, unknown>>,
  properties: Properties,
): readonly string[] {
  const given = Object.entries(object).flatMap(([name, value]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined) return [`${path}.${name}: no such property`];
    return findings(`${path}.${name}`, value, property.type);
  });
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required === true && possibilities(object[name]).includes(undefined))
    .map(([name]) => `${path}.${name}: is required`);
  return [...given, ...missing];
}

function findings(path: string, value: unknown, type: PropertyType): readonly string[] {
  return possibilities(value)
    .filter((literal) => literal !== undefined)
    .flatMap((literal) => literalFindings(path, literal, type));
}

function literalFindings(path: string, value: unknown, type: PropertyType): readonly string[] {
  const expected = (what: string) => [`${path}: expected ${what}, got ${JSON.stringify(value)}`];
  switch (type.type) {
    case 'json':
      return [];
    case 'union': {
      const all = type.types.map((alternative) => literalFindings(path, value, alternative));
      return all.find((found) => found.length === 0) ?? all.flat();
    }
    case 'ref':
      if (!isObject(value)) return expected('an object');
      return objectFindings(path, value, specification.get('typeDefinition', type.reference).properties);
    case 'tag':
      if (!isObject(value)) return expected('a tag');
      return objectFindings(path, value, TAG);
    case 'map':
      if (!isObject(value)) return expected('an object');
      return Object.entries(value).flatMap(([key, item]) => findings(`${path}.${key}`, item, type.element));
    case 'array':
      if (!Array.isArray(value)) return expected('a list');
      return value.flatMap((item, index) => findings(`${path}[${index}]`, item, type.element));
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
    case 'date-time':
    case 'null':
      return scalarFindings(path, value, type);
  }
}

function scalarFindings(path: string, value: unknown, type: Scalar): readonly string[] {
  const isScalar = ['string', 'number', 'boolean'].includes(typeof value);
  if (!isScalar || !WRITTEN[type.type].test(String(value))) {
    return [`${path}: expected a value of type ${type.type}, got ${JSON.stringify(value)}`];
  }
  const allowed = 'allowedValues' in type ? type.allowedValues.map(String) : undefined;
  if (allowed === undefined || allowed.includes(String(value))) return [];
  return [`${path}: expected one of ${allowed.join(', ')}, got ${JSON.stringify(value)}`];
}

/** What a value can be when the stack is made; undefined: not there. Nothing for what only CloudFormation knows. */
function possibilities(value: unknown): readonly unknown[] {
  if (!isObject(value)) return [value];
  const [name, operand] = Object.entries(value)[0] ?? ['', undefined];
  if (name === 'Fn::If' && Array.isArray(operand)) return operand.slice(1).flatMap(possibilities);
  if (name === 'Ref' && operand === 'AWS::NoValue') return [undefined];
  return name === 'Ref' || name.startsWith('Fn::') ? [] : [value];
}
