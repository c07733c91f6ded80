import { failed, type LaunchOutcome, retry, unknown } from '../agent/launch-outcome.ts';
import { describeError } from '../describe-error.ts';

/** Which call failed: only RunTask can have started a task without saying so. */
export type FailedCall = 'DescribeTaskDefinition' | 'RegisterTaskDefinition' | 'RunTask';

/** Errors that lie in what was asked for this run, once the agent's own causes are ruled out. */
const RUN_FAULTS = new Set([
  'ClientException',
  'InvalidParameterException',
  'PlatformTaskDefinitionIncompatibilityException',
  'PlatformUnknownException',
  'SerializationException',
  'UnsupportedFeatureException',
]);

/** Within those errors, texts that speak of the deployment: its network, roles and quotas, or a throttle. */
const AGENT_FAULT_TEXT =
  /subnet|security group|network configuration|vpc|assume|role|quota|limit exceeded|rate exceeded|capacity|inactive/i;

/** Connection errors that come before anything was sent. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'CredentialsProviderError']);

/** What an error of an ECS call means for the run that it was made for. */
export function classifyFailure(call: FailedCall, error: unknown): LaunchOutcome {
  const reason = `${call}: ${describeError(error)}`;
  if (!(error instanceof Error)) return unknown(reason);
  if (call === 'RunTask' && mayHaveStarted(error)) return unknown(reason);
  if (RUN_FAULTS.has(error.name) && !AGENT_FAULT_TEXT.test(error.message)) return failed(reason);
  return retry(reason);
}

/** Anything but a clear refusal: a server error, a time-out, a connection lost after sending, an abort. */
function mayHaveStarted(error: Error): boolean {
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (status !== undefined) return status < 400 || status >= 500;
  return !NEVER_SENT.has(error.name) && !(typeof code === 'string' && NEVER_SENT.has(code));
}
