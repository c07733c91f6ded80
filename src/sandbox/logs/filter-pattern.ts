/**
 * Whether a line matches a filter pattern of CloudWatch Logs: as much of that language as this project uses, which is
 * `{ ($.field = "text") || … }` for lines of JSON and `"text"` for a part of any line.
 * @throws Error for any other pattern
 */
export function matches(pattern: string, line: string): boolean {
  if (pattern === '') return true;
  const term = /^"((?:[^"\\]|\\.)*)"$/.exec(pattern)?.[1];
  if (term !== undefined) return line.includes(term.replace(/\\(.)/g, '$1'));
  const inner = /^\{ (.+) \}$/.exec(pattern)?.[1];
  if (inner === undefined) throw new Error(`The sandbox does not know the pattern ${pattern}.`);
  const object = parsed(line);
  return inner.split(' || ').some((condition) => {
    const [, field = '', text] = /^\(\$\.(\w+) = "([^"]*)"\)$/.exec(condition) ?? [];
    if (text === undefined) throw new Error(`The sandbox does not know the condition ${condition}.`);
    return object?.[field] === text;
  });
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(line)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
