import { type Blocks, blockName, referencedId, type Variables } from './read-documents.ts';
import { FlowRunError } from '../errors.ts';
import { isObject } from '../is-object.ts';
import { type Json, mapValues } from './json.ts';
import { valueAt } from './value-path.ts';
import { replacePlaceholders, wholePlaceholder } from './placeholders.ts';
import { pythonStr } from '../python/python-str.ts';

/**
 * A document with its blocks in place: `{"$ref": {"block_document_id": id}}` becomes the block's data,
 * `{{ prefect.blocks.<type>.<name>[.<path>] }}` what it names. As `resolve_block_document_references` of Prefect 3.
 * @throws FlowRunError that says what can't be resolved.
 */
export function resolveBlocks(document: unknown, blocks: Blocks): unknown {
  return mapTexts(
    document,
    (text) => blocksInText(text, blocks),
    (object) => {
      const id = referencedId(object);
      return id === undefined ? undefined : dataOf(blocks, id, `the block document ${id}`);
    },
  );
}

/** A document with its variables in place; one that does not exist is empty. As `resolve_variables` of Prefect 3. */
export function resolveVariables(document: unknown, variables: Variables): unknown {
  return mapTexts(document, (text) => {
    const whole = wholePlaceholder(text);
    if (whole?.kind === 'variable') return valueOfVariable(whole.name, variables);
    return replacePlaceholders(text, ({ kind, name }) =>
      kind === 'variable' ? pythonStr(valueOfVariable(name, variables)) : undefined,
    );
  });
}

function valueOfVariable(name: string, variables: Variables): unknown {
  const value = variables.get(name);
  return value === undefined ? '' : value;
}

function mapTexts(
  document: unknown,
  change: (text: string) => unknown,
  replace: (object: Json) => unknown = () => undefined,
): unknown {
  if (typeof document === 'string') return change(document);
  if (Array.isArray(document)) return document.map((entry) => mapTexts(entry, change, replace));
  if (!isObject(document)) return document;
  return replace(document) ?? mapValues(document, (value) => mapTexts(value, change, replace));
}

function blocksInText(text: string, blocks: Blocks): unknown {
  const whole = wholePlaceholder(text);
  if (whole?.kind === 'block') return valueOf(whole.name, blocks);
  return replacePlaceholders(text, ({ kind, name }) => {
    if (kind !== 'block') return undefined;
    const value = valueOf(name, blocks);
    if (typeof value !== 'object' || value === null) return pythonStr(value);
    throw new FlowRunError(
      `expected a text or a number of {{ prefect.blocks.${name} }} inside other text, got ${Array.isArray(value) ? 'a list' : 'an object'}. ` +
        'Name one of its values.',
    );
  });
}

/** A block that holds nothing but `value` stands for it, unless the path begins with `value` itself. */
function valueOf(placeholder: string, blocks: Blocks): unknown {
  const block = blockName(placeholder);
  if (block === undefined) {
    throw new FlowRunError(
      `expected {{ prefect.blocks.<type>.<name> }}, got {{ prefect.blocks.${placeholder} }}`,
    );
  }
  const { slug, name, path } = block;
  const data = dataOf(blocks, `${slug}.${name}`, `a block \`${name}\` of type \`${slug}\``);
  const isOnlyValue = Object.keys(data).length === 1 && 'value' in data;
  const document = isOnlyValue && !/^value(?:[.[]|$)/.test(path ?? '') ? data['value'] : data;
  if (path === undefined) return document;
  const value = valueAt(document, path);
  if (value === undefined) {
    throw new FlowRunError(
      `expected a value at ${path} of the block \`${name}\` of type \`${slug}\`, found none`,
    );
  }
  return value;
}

function dataOf(blocks: Blocks, key: string, what: string): Json {
  const data = blocks.get(key);
  if (data === undefined)
    throw new FlowRunError(`expected ${what}, but there is none. Create it, or refer to another.`);
  return data;
}
