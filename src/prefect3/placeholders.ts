/** `block`, `variable` and `env` by their prefixes `prefect.blocks.`, `prefect.variables.` and `$`. */
type PlaceholderKind = 'standard' | 'block' | 'variable' | 'env';

/** A placeholder such as `{{ image }}`. */
export interface Placeholder {
  readonly kind: PlaceholderKind;
  /** Without its prefix, but for `env`. */
  readonly name: string;
}

/** Python's `\w` is of any script. What is no placeholder, such as an expression, is text. */
const PLACEHOLDER = /\{\{\s*([\p{L}\p{N}_.\-[\]$]+)\s*\}\}/gu;

const PREFIXES = [
  ['prefect.blocks.', 'block'],
  ['prefect.variables.', 'variable'],
] as const;

/** The one placeholder that is the whole text; undefined: there is other text. */
export function wholePlaceholder(text: string): Placeholder | undefined {
  const [match] = text.matchAll(PLACEHOLDER);
  return match?.[0] === text ? placeholderOf(match[1]) : undefined;
}

/** The text with its placeholders replaced in one pass; one whose replacement is undefined stays. */
export function replacePlaceholders(
  text: string,
  replacement: (placeholder: Placeholder) => string | undefined,
): string {
  return text.replace(PLACEHOLDER, (match, name: string) => replacement(placeholderOf(name)) ?? match);
}

/** All placeholders of a document, its keys left out. */
export function placeholdersIn(document: unknown): readonly Placeholder[] {
  if (typeof document === 'string') {
    return Array.from(document.matchAll(PLACEHOLDER), ([, name]) => placeholderOf(name));
  }
  if (typeof document !== 'object' || document === null) return [];
  return Object.values(document).flatMap(placeholdersIn);
}

function placeholderOf(name = ''): Placeholder {
  for (const [prefix, kind] of PREFIXES) {
    if (name.startsWith(prefix)) return { kind, name: name.slice(prefix.length) };
  }
  return { kind: name.startsWith('$') ? 'env' : 'standard', name };
}
