import { isObject } from '../is-object.ts';
import type { Json } from './json.ts';
import { keysOf, withValueAt } from './value-path.ts';
import { applyValues } from './apply-values.ts';
import type { BaseJobTemplate } from './work-pool.ts';

/** The job variables of a run over those of its deployment: each replaced whole, but for `env`, by its entries. */
export function mergeJobVariables(deployment: Json, run: Json): Json {
  const { env } = run;
  if (!isObject(deployment['env']) || !isObject(env)) return { ...deployment, ...run };
  return { ...deployment, ...run, env: { ...deployment['env'], ...env } };
}

/**
 * The job configuration of a pool with job variables filled in, its blocks and variables not yet. As
 * `BaseJobConfiguration.from_template_and_values` of Prefect 3.
 */
export function fillTemplate({ job_configuration: template, variables }: BaseJobTemplate, given: Json): Json {
  const defaults = defaultsOf(variables);
  const values = { ...defaults, ...nested(given) };
  const env = environmentTemplate(template['env'], defaults['env'], values['env']);
  const filled = applyValues({ ...template, ...(env !== undefined && { env }) }, values);
  return isObject(filled) ? filled : {};
}

/** A default of null is none. */
function defaultsOf({ properties = {} }: BaseJobTemplate['variables']): Json {
  const given = Object.entries(properties).filter(([, { default: value }]) => value != null);
  return Object.fromEntries(given.map(([name, { default: value }]) => [name, value]));
}

/** Variables called `env.FOO` as entries of `env`. What is written without dots wins. */
function nested(given: Json): Json {
  const entries = Object.entries(given);
  const dotted = entries
    .filter(([name]) => name.includes('.'))
    .reduce<Json>((document, [name, value]) => withValueAt(document, keysOf(name), value), {});
  const plain = Object.fromEntries(entries.filter(([name]) => !name.includes('.')));
  return deepMerge(dotted, plain);
}

function deepMerge(below: Json, above: Json): Json {
  const merged = Object.entries(above).map(([key, value]) => {
    const own = Object.hasOwn(below, key) ? below[key] : undefined;
    return [key, isObject(own) && isObject(value) ? deepMerge(own, value) : value] as const;
  });
  return { ...below, ...Object.fromEntries(merged) };
}

/** The pool's environment is merged with its defaults and the variables; only one that stays a placeholder is filled in. */
function environmentTemplate(template: unknown, defaults: unknown, given: unknown): unknown {
  const own = isObject(defaults) && Object.keys(defaults).length > 0 ? defaults : undefined;
  const base = isObject(template) ? { ...template, ...own } : (own ?? template);
  return isObject(base) && isObject(given) ? { ...base, ...given } : base;
}
