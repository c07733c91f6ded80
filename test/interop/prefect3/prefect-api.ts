import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';

const flowRunSchema = z.object({
  id: z.string(),
  state_type: z.string(),
  state_name: z.string(),
  state: z.object({ message: z.nullish(z.string()) }),
  start_time: z.nullable(z.string()),
  expected_start_time: z.nullable(z.string()),
  run_count: z.number(),
  infrastructure_pid: z.nullable(z.string()),
});

type FlowRun = z.infer<typeof flowRunSchema>;

const createdSchema = z.object({ id: z.string() });
const logsSchema = z.array(z.object({ message: z.string() }));

interface NewRun {
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** ISO 8601. @default now */
  readonly startTime?: string;
}

const MAX_ATTEMPTS = 8;

/** A user of the genuine server. */
export class PrefectApi {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** @returns the new run's id */
  async createFlowRun(deploymentId: string, { parameters = {}, startTime }: NewRun = {}): Promise<string> {
    const scheduled = startTime === undefined ? {} : { state_details: { scheduled_time: startTime } };
    const answer = await this.#send('POST', `deployments/${deploymentId}/create_flow_run`, {
      parameters,
      // Sending it again creates no second one.
      idempotency_key: randomUUID(),
      state: { type: 'SCHEDULED', ...scheduled },
    });
    return createdSchema.parse(answer).id;
  }

  /** Creates up to 100 runs that are due, which Prefect 2 can't. */
  async createFlowRuns(deploymentId: string, count: number): Promise<void> {
    const runs = Array.from({ length: count }, () => ({ idempotency_key: randomUUID() }));
    await this.#send('POST', `deployments/${deploymentId}/create_flow_run/bulk`, runs);
  }

  async flowRun(id: string): Promise<FlowRun> {
    return flowRunSchema.parse(await this.#send('GET', `flow_runs/${id}`));
  }

  /** In the order in which they should start. */
  async flowRunsOf(deploymentId: string): Promise<FlowRun[]> {
    const answer = await this.#send('POST', 'flow_runs/filter', {
      deployments: { id: { any_: [deploymentId] } },
      sort: 'EXPECTED_START_TIME_ASC',
    });
    return z.array(flowRunSchema).parse(answer);
  }

  /** As a user does in the UI. */
  async cancel(id: string): Promise<void> {
    await this.#send('POST', `flow_runs/${id}/set_state`, {
      state: { type: 'CANCELLING', name: 'Cancelling' },
    });
  }

  async changePool(name: string, change: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#send('PATCH', `work_pools/${name}`, change);
  }

  async logs(id: string): Promise<string[]> {
    const answer = await this.#send('POST', 'logs/filter', { logs: { flow_run_id: { any_: [id] } } });
    return logsSchema.parse(answer).map(({ message }) => message);
  }

  async #send(method: string, path: string, body?: unknown, attempt = 1): Promise<unknown> {
    const again = async (error: unknown) => {
      if (attempt === MAX_ATTEMPTS) throw error;
      await delay(attempt * 200);
      return this.#send(method, path, body, attempt + 1);
    };
    let response;
    let text;
    try {
      response = await fetch(`${this.#url}/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await response.text();
    } catch (error) {
      // The server closes idle connections after 5 s, also those that are just used again.
      return again(error);
    }
    if (response.ok) return text === '' ? undefined : (JSON.parse(text) as unknown);
    const error = new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
    // Normal on SQLite: the database was locked.
    if (response.status === 503) return again(error);
    throw error;
  }
}
