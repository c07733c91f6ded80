import { systemClock } from '../clock.ts';
import { emfLine } from '../emf.ts';
import { type EndedPoll, pollMetrics } from './poll-metrics.ts';

const NAMESPACE = 'ServerlessPrefectAgent';

interface WriteMetricsOptions {
  readonly awsRequestId: string;
  readonly functionName: string;
}

/** Writes the metrics of an invocation to the function's log, past the console: Lambda would put words before them. */
export function writeMetrics(ended: EndedPoll, { awsRequestId, functionName }: WriteMetricsOptions): void {
  const line = emfLine(pollMetrics(ended), {
    namespace: NAMESPACE,
    dimensions: { FunctionName: functionName },
    properties: { agent: ended.agent, function_request_id: awsRequestId },
    atMs: systemClock.now(),
  });
  process.stdout.write(`${line}\n`);
}
