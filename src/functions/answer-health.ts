import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type { Health } from '../control/health.ts';

/**
 * Answers a request to `/api/health`: 200 while the agent does its work, 503 and the reason when it does not.
 * @param maxAgeSeconds how long the answer is good for
 * @see https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06, but for `lastSuccess`
 */
export function answerHealth(health: Health, maxAgeSeconds: number): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: health.healthy ? 200 : 503,
    headers: {
      'content-type': 'application/health+json',
      'cache-control': `max-age=${maxAgeSeconds}`,
    },
    body: JSON.stringify(bodyOf(health)),
  };
}

function bodyOf(health: Health): Readonly<Record<string, unknown>> {
  if (!health.healthy) return { status: 'fail', output: health.reason };
  const lastSuccess = new Date(health.lastSuccessMs).toISOString();
  return health.note === undefined
    ? { status: 'pass', lastSuccess }
    : { status: 'warn', notes: [health.note], lastSuccess };
}
