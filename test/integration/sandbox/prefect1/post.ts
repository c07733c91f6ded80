import type { Prefect1Sandbox } from '../../../../src/sandbox/prefect1/prefect1-server.ts';

export interface Answer {
  readonly status: number;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: { message: string; path?: unknown[]; extensions: { code: string } }[];
}

/** Sends one GraphQL request, and reads an answer of any status. */
export async function post(
  api: Prefect1Sandbox,
  query: string,
  more: { variables?: unknown; operationName?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { headers, ...rest } = more;
  const response = await fetch(api.endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, ...rest }),
  });
  return { status: response.status, ...((await response.json()) as object) };
}
