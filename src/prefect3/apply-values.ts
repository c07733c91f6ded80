import { isObject } from '../is-object.ts';
import { type Json, mapValues } from './json.ts';
import { valueAt } from './value-path.ts';
import { replacePlaceholders, wholePlaceholder } from './placeholders.ts';
import { pythonStr } from '../python/python-str.ts';

/**
 * A template with values in the place of its placeholders, in one pass: what comes in is not looked at again. As
 * `apply_values` of Prefect 3, but for `{{ $NAME }}`: of the agent's own environment nothing reaches a task, so it
 * counts as not set.
 *
 * A text that is one placeholder becomes the value, whatever its type; without a value it goes, with its key. In
 * other text a value is written as Python writes it, and a missing one is empty. Blocks and variables stay.
 * @returns undefined when nothing is left.
 */
export function applyValues(template: unknown, values: Json): unknown {
  if (typeof template === 'string') return applyToText(template, values);
  if (Array.isArray(template)) {
    return template.map((entry) => applyValues(entry, values)).filter((entry) => entry !== undefined);
  }
  return isObject(template) ? mapValues(template, (value) => applyValues(value, values)) : template;
}

function applyToText(text: string, values: Json): unknown {
  const whole = wholePlaceholder(text);
  if (whole?.kind === 'standard') return valueAt(values, whole.name);
  return replacePlaceholders(text, ({ kind, name }) => {
    if (kind === 'env') return '';
    if (kind !== 'standard') return undefined;
    const value = valueAt(values, name);
    return value === undefined ? '' : pythonStr(value);
  });
}
