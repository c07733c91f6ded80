import type { PythonValue } from '../python/python-repr.ts';

/** A place that settings come from. */
export interface Source {
  /** As an error names it: "environment", or a file's path. */
  readonly origin: string;
  /** What it holds for an environment variable's name. */
  readonly get: (name: string) => PythonValue | undefined;
}
