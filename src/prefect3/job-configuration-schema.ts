import * as z from 'zod/mini';
import { pythonStr } from '../python/python-str.ts';

const object = z.record(z.string(), z.unknown());

/** null and the empty text count as not given. */
const text = z.pipe(
  z.nullish(z.string()),
  z.transform((value) => value || undefined),
);
const flag = z.pipe(
  z.nullish(z.boolean()),
  z.transform((value) => value ?? false),
);
const document = z.pipe(
  z.nullish(object),
  z.transform((value) => value ?? {}),
);
const texts = z.pipe(
  z.nullish(z.record(z.string(), z.string())),
  z.transform((value) => value ?? {}),
);

/** Values are written as Python writes them; null unsets a variable. */
const environment = z.pipe(
  z.nullish(object),
  z.transform((value) =>
    Object.fromEntries(
      Object.entries(value ?? {}).map(([name, item]) => [name, item === null ? null : pythonStr(item)]),
    ),
  ),
);

/**
 * A job of a work pool of type `ecs`, with all values filled in. As `ECSJobConfiguration` of prefect-aws 0.7.12,
 * without what it no longer uses; what an older template lacks may be absent.
 */
export const jobConfigurationSchema = z.object({
  cloudwatch_logs_options: z._default(texts, {}),
  cloudwatch_logs_prefix: z.optional(text),
  cluster: z.optional(text),
  command: z.optional(text),
  configure_cloudwatch_logs: z._default(flag, false),
  container_name: z.optional(text),
  env: z._default(environment, {}),
  execution_role_arn: z.optional(text),
  labels: z._default(texts, {}),
  network_configuration: z._default(document, {}),
  prefect_api_auth_string_secret_arn: z.optional(text),
  prefect_api_key_secret_arn: z.optional(text),
  task_definition: z._default(document, {}),
  task_run_request: z._default(document, {}),
  vpc_id: z.optional(text),
});

export type JobConfiguration = z.infer<typeof jobConfigurationSchema>;
