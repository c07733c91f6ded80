import { parse, type ScalarTag, type Tags, YAMLParseError } from 'yaml';

export { YAMLParseError };

/** YAML as Python's `safe_load` reads it: version 1.1, in which `yes` and `on` are booleans. */
export function parseYaml(text: string): unknown {
  return parse(text, { version: '1.1', merge: true, stringKeys: true, logLevel: 'error', customTags });
}

/** Python reads a lone `y` or `n` as text, in spite of YAML 1.1. */
function customTags(tags: Tags): Tags {
  return tags.map((tag) => (isBoolean(tag) ? { ...tag, test: wordsOf(tag) } : tag));
}

function isBoolean(tag: Tags[number]): tag is ScalarTag {
  return typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:bool';
}

function wordsOf({ test }: ScalarTag): RegExp {
  return new RegExp(`^(?![yn]$)${test?.source.replace(/^\^/, '') ?? ''}`, 'i');
}
