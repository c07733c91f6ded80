import * as z from 'zod/mini';
import { withoutSecrets } from '../without-secrets.ts';

const container = z.object({ environment: z.optional(z.array(z.object({ value: z.optional(z.string()) }))) });
const containers = z.optional(z.array(container));

/** The inputs that have environments: those of RunTask and RegisterTaskDefinition. */
const request = z.object({
  containerDefinitions: containers,
  overrides: z.optional(z.object({ containerOverrides: containers })),
});

const failures = z.object({
  output: z.object({
    failures: z.array(z.object({ reason: z.optional(z.string()), detail: z.optional(z.string()) })),
  }),
});

/**
 * Does a call, and takes the values of the request's environment variables out of what comes back in words: the
 * error that it throws, and the `failures` of RunTask. A text that is none is made one.
 */
export async function withoutEchoes<T extends object>(input: unknown, call: () => Promise<T>): Promise<T> {
  const hide = hiding(input);
  try {
    const answer = await call();
    const { data } = failures.safeParse(answer);
    if (data === undefined) return answer;
    const told = data.output.failures.map(({ reason = '', detail = '' }) => ({
      reason: hide(reason),
      detail: hide(detail),
    }));
    const { output } = answer as { output: { failures: object[] } };
    output.failures = output.failures.map((failure, i) => ({ ...failure, ...told[i] }));
    return answer;
  } catch (error) {
    if (error instanceof Error) {
      const message: unknown = error.message;
      error.message = typeof message === 'string' ? hide(message) : 'no message';
      error.stack = hide(error.stack ?? '');
    }
    throw error;
  }
}

function hiding(input: unknown): (text: string) => string {
  const { data } = request.safeParse(input);
  const all = [...(data?.containerDefinitions ?? []), ...(data?.overrides?.containerOverrides ?? [])];
  const values = all.flatMap(({ environment = [] }) => environment.map(({ value = '' }) => value));
  return (text) => withoutSecrets(text, values);
}
