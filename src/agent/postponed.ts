import type { FlowRun } from './flow-run.ts';

/** A run that stays in the queue for the next look, and why. */
export type Postponed = Pick<FlowRun, 'id' | 'name'> & { readonly reason: string };
