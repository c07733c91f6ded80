import type { PythonValue } from '../python/python-repr.ts';

/** Replaces what a text refers to: `$VAR`, `${VAR}`, `~` and `${section.key}`. */
export type Expand = (text: string) => string;

/**
 * Turns what a source holds into the setting's value. The environment holds text, a TOML file any value.
 * Gives undefined for what counts as not set.
 *
 * @throws Mismatch
 */
export type Parser<T> = (value: PythonValue, expand: Expand) => T | undefined;

/** One thing that can be configured. */
export interface Setting<T> {
  readonly parse: Parser<T>;
  /** One line for the configuration table. */
  readonly description: string;
  /** The value's text when it is set nowhere, read by the same parser. */
  readonly default?: string;
  /** What happens when it is set nowhere and there is no `default`. */
  readonly whenUnset?: string;
}
