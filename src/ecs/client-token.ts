import { createHash } from 'node:crypto';

/**
 * The idempotency token of one launch: the same claim of the same run always gives the same token, whoever
 * launches it and with whatever settings, so ECS starts at most one task for it. 43 characters.
 */
export function clientToken(flowRunId: string, claimKey: string): string {
  return createHash('sha256').update(`${flowRunId}\n${claimKey}`).digest('base64url');
}
