import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { type FlowRunApi, flowRunSchema, playFlow, verdictSchema } from './play-flow.ts';

const environment = z.object({
  PREFECT_API_URL: z.url('PREFECT_API_URL: expected the URL of a Prefect 3 API'),
  PREFECT__FLOW_RUN_ID: z.uuid('PREFECT__FLOW_RUN_ID: expected the id of a flow run'),
  PREFECT_API_KEY: z.optional(z.string()),
  PREFECT_API_AUTH_STRING: z.optional(z.string()),
  PREFECT__SANDBOX__FLOW_SECONDS: z._default(
    z.coerce.number('PREFECT__SANDBOX__FLOW_SECONDS: expected seconds').check(z.minimum(0)),
    0.3,
  ),
});

/**
 * A stand-in for `prefect flow-run execute`, for machines without Python: it reports the states that the genuine
 * one would, and runs no flow. Its environment is the genuine one's; PREFECT__SANDBOX__FLOW_SECONDS is how long
 * the run takes, in seconds (default 0.3).
 * @returns the exit code
 */
export async function executeFlowRun(env: NodeJS.ProcessEnv): Promise<number> {
  const settings = environment.parse(env);
  return playFlow(connect(settings), {
    sleep: (ms) => delay(ms),
    flowMs: settings.PREFECT__SANDBOX__FLOW_SECONDS * 1000,
    write: console.log,
  });
}

function connect(settings: z.infer<typeof environment>): FlowRunApi {
  const url = `${settings.PREFECT_API_URL}/flow_runs/${settings.PREFECT__FLOW_RUN_ID}`;
  const authorization = credentials(settings);
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const read = async (answer: Response): Promise<unknown> => {
    const body = await answer.text();
    if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}: ${body}`);
    return JSON.parse(body);
  };
  return {
    read: async () => flowRunSchema.parse(await read(await fetch(url, { headers }))),
    propose: async (state) => {
      const body = JSON.stringify({ state, force: false });
      return verdictSchema.parse(
        await read(await fetch(`${url}/set_state`, { method: 'POST', headers, body })),
      );
    },
  };
}

/** The genuine client prefers the string for basic authentication as well. */
function credentials(settings: z.infer<typeof environment>): string | undefined {
  const { PREFECT_API_AUTH_STRING: auth, PREFECT_API_KEY: key } = settings;
  if (auth !== undefined) return `Basic ${Buffer.from(auth).toString('base64')}`;
  return key === undefined ? undefined : `Bearer ${key}`;
}
