import * as z from 'zod/mini';

const text = z.string('expected a string');
const json = z.record(z.string(), z.unknown(), 'expected an object');
const instant = z
  .string('expected a time')
  .check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'expected an ISO 8601 time'));

/** A state as the API shows it. */
const state = z.object({
  id: text,
  type: text,
  timestamp: instant,
  message: z.nullish(text),
  state_details: z.nullish(z.object({ transition_id: z.nullish(text), scheduled_time: z.nullish(instant) })),
});

export type State = z.infer<typeof state>;

/** A flow run as the API shows it. The list of due runs leaves the state out. */
export const flowRunRow = z.object({
  id: text,
  name: z.nullish(text),
  flow_id: text,
  deployment_id: z.nullish(text),
  state_id: z.nullish(text),
  state_name: z.nullish(text),
  state: z.nullish(state),
  job_variables: z.nullish(json),
  expected_start_time: z.nullish(instant),
  next_scheduled_start_time: z.nullish(instant),
  start_time: z.nullish(instant),
  infrastructure_pid: z.nullish(text),
});

export type FlowRunRow = z.infer<typeof flowRunRow>;

/** What can be told of a row of which nothing else can be read. */
export const identified = z.object({ id: text });

export const scheduledRuns = z.array(z.object({ flow_run: z.unknown() }), 'expected a list');

export const rows = z.array(z.unknown(), 'expected a list');

/** What became of a proposed state. The HTTP status says nothing of it. */
const verdictShape = {
  status: z.literal(['ACCEPT', 'REJECT', 'ABORT', 'WAIT']),
  state: z.nullish(state),
  details: z.nullish(z.object({ reason: z.nullish(text) })),
};

export const verdict = z.object(verdictShape);

export type Verdict = z.infer<typeof verdict>;

export const bulkVerdicts = z.object({ results: z.array(z.object({ ...verdictShape, flow_run_id: text })) });

export const deployments = z.array(
  z.object({
    id: text,
    name: text,
    updated: z.nullish(text),
    job_variables: z.nullish(json),
    // What Prefect 2 calls them.
    infra_overrides: z.nullish(json),
    // Of Prefect 3; the one of older servers is a number. Which limit it is does not matter, only that there is one.
    global_concurrency_limit: z.nullish(z.unknown()),
    concurrency_limit: z.nullish(z.unknown()),
  }),
);

export const flows = z.array(z.object({ id: text, name: text }));

export const workPool = z.object({
  id: text,
  name: text,
  type: text,
  is_paused: z.nullish(z.boolean()),
  base_job_template: z.object({
    job_configuration: z.optional(json),
    variables: z.optional(z.looseObject({ properties: z.optional(z.record(z.string(), z.looseObject({}))) })),
  }),
});

export const blockDocument = z.object({ data: json });

export const variable = z.object({ value: z.unknown() });

export const version = text;

export const csrfToken = z.object({ token: text });

export const nothing = z.unknown();
