export interface BenchOptions {
  /** Whether to let the genuine Prefect 1.4.1 agent do the same. */
  readonly peer: boolean;
}
