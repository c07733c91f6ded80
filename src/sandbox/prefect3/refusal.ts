import type * as z from 'zod/mini';

/** A request that the API does not carry out. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(JSON.stringify(body));
    this.status = status;
    this.body = body;
  }
}

export const notFound = (detail: string): Refusal => new Refusal(404, { detail });

/** The answer to a body of the wrong form, as FastAPI gives it. */
export function invalidBody(error: z.core.$ZodError, body: unknown): Refusal {
  return new Refusal(422, {
    exception_message: 'Invalid request received.',
    exception_detail: error.issues.flatMap((issue) => detailsOf(issue, body)),
    request_body: body,
  });
}

function detailsOf(issue: z.core.$ZodIssue, body: unknown): readonly object[] {
  const loc = ['body', ...issue.path];
  const input = valueAt(body, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      type: 'extra_forbidden',
      loc: [...loc, key],
      msg: 'Extra inputs are not permitted',
      input: valueAt(input, [key]),
    }));
  }
  if (issue.code === 'too_big' || issue.code === 'too_small') return [{ ...outOfRange(issue), loc, input }];
  return input === undefined
    ? [{ type: 'missing', loc, msg: 'Field required', input: valueAt(body, issue.path.slice(0, -1)) }]
    : [{ type: issue.code, loc, msg: issue.message, input }];
}

function outOfRange(issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall) {
  const [sense, short, bound] =
    issue.code === 'too_big' ? ['less', 'l', issue.maximum] : ['greater', 'g', issue.minimum];
  return issue.inclusive === false
    ? { type: `${sense}_than`, msg: `Input should be ${sense} than ${bound}`, ctx: { [`${short}t`]: bound } }
    : {
        type: `${sense}_than_equal`,
        msg: `Input should be ${sense} than or equal to ${bound}`,
        ctx: { [`${short}e`]: bound },
      };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
}
