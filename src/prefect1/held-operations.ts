import * as z from 'zod/mini';
import { operation } from './operations.ts';
import { graphql } from './graphql.ts';

/** Read one by one: a bad row must not spoil the others. */
const rows = z.array(z.unknown());

/** What is read of a run in which the agent has a hand: as of a due one, and since when it is what it is. */
const HELD_RUN = graphql(`
  fragment HeldRun on flow_run {
    id
    version
    state
    state_timestamp
    serialized_state
    scheduled_start_time
    run_config
    name
    flow {
      id
      name
      storage
      version
      core_version
    }
  }
`);

/** The claimed task run that speaks for a run. */
const CLAIMED_TASK_RUN = graphql(`
  fragment ClaimedTaskRun on flow_run {
    task_runs(
      where: { state: { _eq: "Submitted" }, serialized_state: { _contains: $claim } }
      order_by: [{ state_timestamp: asc }]
      limit: 1
    ) {
      id
      version
      serialized_state
    }
  }
`);

/**
 * Everything that a sweep has to look at, in one request: claims whose process has not reported, claimed retries
 * of runs that are Running, and runs that were cancelled. By what the claim wrote: an agent's id changes with
 * its labels and its version. The last of the three carry no claim any more; an agent's name is all there is.
 */
export const SWEEP = operation(
  'flow_run (sweep)',
  'always',
  graphql(
    `
      query (
        $tenantId: uuid!
        $agent: String!
        $claim: jsonb!
        $claimedBefore: timestamptz!
        $cancelledAfter: timestamptz!
        $cancelledBefore: timestamptz!
      ) {
        claimed: flow_run(
          where: {
            tenant_id: { _eq: $tenantId }
            state: { _eq: "Submitted" }
            state_timestamp: { _lte: $claimedBefore }
            serialized_state: { _contains: $claim }
          }
          order_by: [{ state_timestamp: asc }]
          limit: 100
        ) {
          ...HeldRun
          ...ClaimedTaskRun
        }
        resuming: flow_run(
          where: {
            tenant_id: { _eq: $tenantId }
            state: { _eq: "Running" }
            task_runs: {
              state: { _eq: "Submitted" }
              state_timestamp: { _lte: $claimedBefore }
              serialized_state: { _contains: $claim }
            }
          }
          order_by: [{ state_timestamp: asc }]
          limit: 50
        ) {
          ...HeldRun
          task_runs(
            where: {
              state: { _eq: "Submitted" }
              state_timestamp: { _lte: $claimedBefore }
              serialized_state: { _contains: $claim }
            }
            order_by: [{ state_timestamp: asc }]
            limit: 1
          ) {
            id
            version
            serialized_state
          }
        }
        cancelled: flow_run(
          where: {
            tenant_id: { _eq: $tenantId }
            state: { _in: ["Cancelled", "Cancelling"] }
            state_timestamp: { _gte: $cancelledAfter, _lte: $cancelledBefore }
            agent: { name: { _eq: $agent } }
          }
          order_by: [{ state_timestamp: asc }]
          limit: 50
        ) {
          ...HeldRun
          ...ClaimedTaskRun
        }
      }
    `,
    [HELD_RUN, CLAIMED_TASK_RUN],
  ),
  z.object({ claimed: rows, resuming: rows, cancelled: rows }),
);

/** The same of certain runs, and whether retries of a Running one are back in the queue. */
export const HELD_RUNS = operation(
  'flow_run (held)',
  'always',
  graphql(
    `
      query ($ids: [uuid!]!, $claim: jsonb!, $putBack: jsonb!) {
        flow_run(where: { id: { _in: $ids } }) {
          ...HeldRun
          put_back: task_runs(where: { serialized_state: { _contains: $putBack } }, limit: 1) {
            id
          }
          ...ClaimedTaskRun
        }
      }
    `,
    [HELD_RUN, CLAIMED_TASK_RUN],
  ),
  z.object({ flow_run: rows }),
);

const versioned = { id: z.string(), version: z.number(), serialized_state: z.unknown() };

/** What runs are before they are given up, with the task runs that a claim of theirs holds. */
export const SETTLED_RUNS = operation(
  'flow_run (state)',
  'always',
  graphql(`
    query ($ids: [uuid!]!, $claim: jsonb!) {
      flow_run(where: { id: { _in: $ids } }) {
        id
        version
        state
        serialized_state
        task_runs(where: { state: { _eq: "Submitted" }, serialized_state: { _contains: $claim } }) {
          id
          version
          serialized_state
        }
      }
    }
  `),
  z.object({
    flow_run: z.array(
      z.object({ ...versioned, state: z.nullable(z.string()), task_runs: z.array(z.object(versioned)) }),
    ),
  }),
);
