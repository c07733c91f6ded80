import * as z from 'zod/mini';
import type { Stack } from './stack.ts';

const list = z.union([z.string(), z.array(z.string())]);

const statement = z.strictObject({
  Effect: z.literal('Allow'),
  Action: list,
  Resource: list,
  Condition: z.optional(z.record(z.string(), z.record(z.string(), list))),
});

const role = z.object({
  Policies: z.array(
    z.object({ PolicyName: z.string(), PolicyDocument: z.object({ Statement: z.array(statement) }) }),
  ),
});

export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** By operator, then by key. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** What a call of AWS asks of IAM. */
export interface IamRequest {
  readonly action: string;
  /** `*` for actions that know no resource. */
  readonly resource: string;
  /** The condition keys that the request has. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
}

/** The statements of a role of the stack. Throws for what the evaluator below does not know, such as a Deny. */
export function statementsOf(stack: Stack, roleId: string): readonly Statement[] {
  const { Policies } = role.parse(stack.get(roleId)?.properties);
  return Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(
    ({ Action, Resource, Condition = {} }) => ({
      actions: [Action].flat(),
      resources: [Resource].flat(),
      conditions: mapValues(Condition, (keys) => mapValues(keys, (values) => [values].flat())),
    }),
  );
}

/** Whether IAM would allow it. There are no Deny statements, so one that allows it is enough. */
export function isAllowed(statements: readonly Statement[], request: IamRequest): boolean {
  return statements.some(
    ({ actions, resources, conditions }) =>
      actions.some((pattern) => isLike(pattern, request.action, true)) &&
      resources.some((pattern) => isLike(pattern, request.resource)) &&
      Object.entries(conditions).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => holds(operator, wanted, request.context?.[key])),
      ),
  );
}

function holds(operator: string, wanted: readonly string[], given: string | readonly string[] | undefined) {
  // A key that the request has not fails each operator but those for all values, of which there are none then.
  const values = given === undefined ? undefined : [given].flat();
  const equals = (value: string) => wanted.includes(value);
  switch (operator) {
    case 'StringEquals':
      return values?.length === 1 && values.every(equals);
    case 'ArnLike':
      return (
        values?.length === 1 && values.every((value) => wanted.some((pattern) => isLike(pattern, value)))
      );
    case 'ForAllValues:StringEquals':
      return (values ?? []).every(equals);
    default:
      throw new Error(`The evaluator does not know the operator ${operator}. Teach it.`);
  }
}

/** IAM's wildcards: an asterisk is any text, a question mark any character. */
function isLike(pattern: string, text: string, ignoreCase = false): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, ignoreCase ? 'is' : 's').test(text);
}

function mapValues<T, U>(object: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
