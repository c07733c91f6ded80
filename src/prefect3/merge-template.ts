import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../is-object.ts';
import type { Json } from './json.ts';
import type { BaseJobTemplate } from './work-pool.ts';

/** A pool's template as its owners have made it: nothing need be there, and there may be more. */
export interface GivenTemplate {
  readonly job_configuration?: Json | undefined;
  readonly variables?: { readonly properties?: Variables | undefined } | undefined;
}

type Variables = NonNullable<BaseJobTemplate['variables']['properties']>;

/** A value of a template that is not what it was. */
export interface TemplateChange {
  /** The name of a variable, whose default this is, or `job_configuration` and the keys below it, with dots. */
  readonly name: string;
  /** undefined: there was none. */
  readonly from: unknown;
  readonly to: unknown;
  /** Whether the settings ask for it; if not, it is what any pool has, and this one lacked it. */
  readonly isSetting: boolean;
}

export interface MergedTemplate {
  readonly template: BaseJobTemplate;
  /** Empty: the pool is as it should be. */
  readonly changes: readonly TemplateChange[];
}

/**
 * What the template of a pool becomes. What the settings say wins, what is missing is added, and whatever else
 * its owners have made of it stays.
 * @param given - the pool's; undefined or empty: it has none
 * @param plain - the template without any setting
 * @param wanted - the template with the settings
 */
export function mergeTemplate(
  given: GivenTemplate | undefined,
  plain: BaseJobTemplate,
  wanted: BaseJobTemplate,
): MergedTemplate {
  const changes: TemplateChange[] = [];
  const properties = mergeVariables(given?.variables?.properties ?? {}, plain, wanted, changes);
  const configuration = mergeKeys(
    given?.job_configuration ?? {},
    plain.job_configuration,
    wanted.job_configuration,
    { name: 'job_configuration', changes },
  );
  const template = {
    ...wanted,
    ...given,
    job_configuration: configuration,
    variables: { ...wanted.variables, ...given?.variables, properties },
  };
  return { template, changes };
}

/** Of a variable that is there only the default is touched: how it is described is its owners' matter. */
function mergeVariables(
  given: Variables,
  plain: BaseJobTemplate,
  wanted: BaseJobTemplate,
  changes: TemplateChange[],
): Variables {
  const merged = { ...given };
  for (const [name, variable] of Object.entries(wanted.variables.properties ?? {})) {
    const { default: to } = variable;
    const isSetting = !isDeepStrictEqual(to, plain.variables.properties?.[name]?.default);
    const own = given[name];
    if (own === undefined) merged[name] = variable;
    else if (isSetting && !isDeepStrictEqual(own.default, to)) merged[name] = { ...own, default: to };
    else continue;
    changes.push({ name, from: own?.default, to, isSetting });
  }
  return merged;
}

interface Place {
  readonly name: string;
  readonly changes: TemplateChange[];
}

function mergeKeys(given: Json, plain: unknown, wanted: Json, { name, changes }: Place): Json {
  const merged: Record<string, unknown> = { ...given };
  for (const [key, to] of Object.entries(wanted)) {
    const from = given[key];
    const without = isObject(plain) ? plain[key] : undefined;
    const place = { name: `${name}.${key}`, changes };
    const isMissingPart = from === undefined && isObject(without) && Object.keys(without).length > 0;
    if (isObject(to) && (isObject(from) || isMissingPart)) {
      merged[key] = mergeKeys(from ?? {}, without, to, place);
      continue;
    }
    const isSetting = !isDeepStrictEqual(to, without);
    if (isDeepStrictEqual(from, to) || (from !== undefined && !isSetting)) continue;
    merged[key] = to;
    changes.push({ name: place.name, from, to, isSetting });
  }
  return merged;
}
