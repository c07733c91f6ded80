/**
 * What a program needs that runs the agent itself, or extends it for a platform of its own: see docs/subclassing.md.
 * What is not exported here may change with any version.
 */
export { Agent, type AgentDependencies, type AgentOptions, type StartOptions } from './agent/agent.ts';
export type { Claimant, Claimed, FlowRun } from './agent/flow-run.ts';
export { blocked, failed, type LaunchOutcome, retry, unknown, unsent } from './agent/launch-outcome.ts';
export type { LaunchedTask, TaskEnd, TaskFinder } from './agent/launched-task.ts';
export type { Limits } from './agent/limits.ts';
export { PollFailedError } from './agent/poll-failed-error.ts';
export type { PollReport, RunOutcome, RunReport } from './agent/poll-report.ts';
export type { PrefectBackend } from './agent/prefect-backend.ts';
export type { Preparation } from './agent/preparation.ts';
export { CallCounter } from './call-counter.ts';
export { type Clock, systemClock } from './clock.ts';
export { createAgent, type CreateAgentDependencies, type CreatedAgent } from './compose/create-agent.ts';
export { EcsAgent, type EcsAgentDependencies } from './ecs/ecs-agent.ts';
export { AgentError, AwsError, FlowRunError, PrefectApiError, SettingsError } from './errors.ts';
export type { Logger } from './logger.ts';
export { loadSettings } from './settings/load-settings.ts';
export type {
  AgentSettings,
  EcsSettings,
  Prefect1Settings,
  Prefect3Settings,
  Settings,
} from './settings/settings.ts';
