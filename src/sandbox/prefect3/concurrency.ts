import type { Store } from './store.ts';
import type { Deployment, Lease } from './tables.ts';

/** How long a claimed run may keep its slot before it runs. */
const GRACE_PERIOD_MS = 300_000;

/** How many slots of a deployment's limit are taken. */
export function activeSlots(store: Store, { id }: Deployment): number {
  const nowMs = store.clock.now();
  let slots = 0;
  for (const { deployment_id, lease } of store.flowRuns.values()) {
    if (deployment_id === id && lease !== undefined && lease.untilMs > nowMs) slots += 1;
  }
  return slots;
}

/** A slot for a run that is being claimed; undefined: none is free. */
export function takeSlot(store: Store, deployment: LimitedDeployment): Lease | undefined {
  const isFree = activeSlots(store, deployment) < deployment.limit;
  return isFree ? { id: store.newId(), untilMs: store.clock.now() + GRACE_PERIOD_MS } : undefined;
}

/** The slot that a run was claimed with, for another while; another slot when it has ended; undefined: none is free. */
export function renewSlot(store: Store, lease: Lease, deployment: LimitedDeployment): Lease | undefined {
  return lease.untilMs > store.clock.now()
    ? { ...lease, untilMs: store.clock.now() + GRACE_PERIOD_MS }
    : takeSlot(store, deployment);
}

type LimitedDeployment = Deployment & { readonly limit: number };

/** Whether a deployment has a limit. */
export function isLimited(deployment: Deployment | undefined): deployment is LimitedDeployment {
  return deployment !== undefined && deployment.limit !== null;
}
