/** The class tree of every error that this project throws on purpose. */
export class AgentError extends Error {
  override readonly name: string = 'AgentError';
}

/** One or more settings are missing or wrong. The message lists all of them, each by its variable's name. */
export class SettingsError extends AgentError {
  override readonly name = 'SettingsError';
}

/**
 * What is known of a request that ended in an error:
 * `none`, it certainly changed nothing; `unknown`, it may have taken effect.
 */
export type Effect = 'none' | 'unknown';

export interface PrefectApiErrorOptions extends ErrorOptions {
  readonly effect: Effect;
  /** True when the same request may succeed a little later. */
  readonly transient: boolean;
  /** HTTP status, when there was an answer. */
  readonly status?: number | undefined;
  /** `extensions.code` of the first GraphQL error that has one. */
  readonly code?: string | undefined;
  /** How long the API asked to be left alone, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** The Prefect API could not be reached, refused the request, or answered what nobody could read. */
export class PrefectApiError extends AgentError {
  override readonly name = 'PrefectApiError';
  readonly effect: Effect;
  readonly transient: boolean;
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: PrefectApiErrorOptions) {
    super(message, options);
    this.effect = options.effect;
    this.transient = options.transient;
    this.status = options.status;
    this.code = options.code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** AWS refused a call for a reason that lies in this deployment or its account, not in a flow run. */
export class AwsError extends AgentError {
  override readonly name = 'AwsError';
}

/** A flow run can't be launched for a reason that lies in the run itself: its run config, its flow's storage. */
export class FlowRunError extends AgentError {
  override readonly name = 'FlowRunError';
}
