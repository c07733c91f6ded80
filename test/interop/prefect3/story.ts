import { setTimeout as delay } from 'node:timers/promises';
import type { PollResult } from '../../../src/functions/handle-poll.ts';
import type { Checks } from '../../support/checks.ts';
import type { Deployments, PoolWorld } from './pool-world.ts';
import type { PrefectApi } from './prefect-api.ts';

/** How long one thing may take to come true, in milliseconds. */
const PATIENCE_MS = 90_000;

const FINAL = ['COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED'];

/** What the checks of flow runs share. */
export interface Story {
  readonly world: PoolWorld;
  readonly api: PrefectApi;
  readonly deployments: Deployments;
  readonly checks: Checks;
  /** One invocation of the poll function. @throws Error when it failed */
  readonly invoke: () => Promise<PollResult & { readonly dryRun: false }>;
}

/** Creates flow runs. @returns what checks, after the first invocation, that they end as they must */
export type Chapter = (story: Story) => Promise<() => Promise<void>>;

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`Waited ${PATIENCE_MS / 1000} s in vain: ${what}`);
    await delay(250);
  }
}

/** @throws Error when they don't end in time */
export async function untilFinal({ api }: Story, ids: readonly string[]): Promise<void> {
  await until('the flow runs to end', async () => {
    const runs = await Promise.all(ids.map((id) => api.flowRun(id)));
    return runs.every(({ state_type: type }) => FINAL.includes(type));
  });
}

/** The ECS tasks that were launched for a flow run. */
export function tasksOf({ world }: Story, id: string) {
  return world.ecs.tasks().filter(({ startedBy }) => startedBy?.endsWith(id));
}

export function inSeconds(seconds: number): string {
  return new Date(Date.now() + seconds * 1000).toISOString();
}
