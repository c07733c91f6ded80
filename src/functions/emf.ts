/** A metric of CloudWatch; several values are single observations. */
export interface Metric {
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds' | 'Seconds';
  readonly value: number | readonly number[];
}

interface EmfOptions {
  readonly namespace: string;
  /** What tells the metrics of one from those of another. Each set of values is billed as metrics of its own. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** What else the line says, for who reads the log. */
  readonly properties: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/**
 * A line of a log from which CloudWatch takes metrics, in its embedded metric format. It must be written as it is,
 * without anything before or after it. CloudWatch takes at most 100 metrics in a line and 100 values of each.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfLine(
  metrics: readonly Metric[],
  { namespace, dimensions, properties, atMs }: EmfOptions,
): string {
  const directive = {
    Namespace: namespace,
    Dimensions: [Object.keys(dimensions)],
    Metrics: metrics.map(({ name, unit }) => ({ Name: name, Unit: unit })),
  };
  return JSON.stringify({
    _aws: { Timestamp: atMs, CloudWatchMetrics: [directive] },
    ...properties,
    ...dimensions,
    ...Object.fromEntries(metrics.map(({ name, value }) => [name, value])),
  });
}
