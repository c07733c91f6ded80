import { systemClock } from '../clock.ts';
import { emfLine } from './emf.ts';
import type { Settings } from '../settings/settings.ts';
import { type EndedPoll, pollMetrics } from './poll-metrics.ts';

const NAMESPACE = 'ServerlessPrefectAgent';

interface WriteMetricsOptions {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly chosen: Settings['metrics'];
}

/** Writes the metrics of an invocation to the function's log, past the console: Lambda would put words before them. */
export function writeMetrics(
  ended: EndedPoll,
  { awsRequestId, functionName, chosen }: WriteMetricsOptions,
): void {
  const metrics = pollMetrics(ended, chosen);
  if (metrics.length === 0) return;
  const line = emfLine(metrics, {
    namespace: NAMESPACE,
    dimensions: { FunctionName: functionName },
    properties: { agent: ended.agent, function_request_id: awsRequestId },
    atMs: systemClock.now(),
  });
  process.stdout.write(`${line}\n`);
}
