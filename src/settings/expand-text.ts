import { homedir } from 'node:os';

/** As often as Prefect looks again for what a replacement brought in; a cycle ends here. */
const MAX_PASSES = 10;
const MAX_LENGTH = 131_072;

export interface ExpandOptions {
  readonly env: NodeJS.ProcessEnv;
  /** False under Lambda: nobody's files are in the home directory there. */
  readonly expandHome: boolean;
  /** The text of the setting that `${section.key}` names; undefined when there is none. */
  readonly textOf: (name: string) => string | undefined;
}

/**
 * Replaces `$VAR` and `${VAR}` by environment variables, a leading `~` by the home directory, and then
 * `${section.key}` by other settings. What refers to nothing stays as it is.
 */
export function expandText(raw: string, options: ExpandOptions): string {
  const own = untilStable(raw, (text) => expandVariables(text, options));
  return untilStable(own, (text) =>
    text.replace(/\$\{([^${}]+)\}/, (whole, key: string) => {
      const found = options.textOf(`PREFECT__${key.toUpperCase().replaceAll('.', '__')}`);
      return found === undefined ? whole : untilStable(found, (value) => expandVariables(value, options));
    }),
  );
}

function expandVariables(text: string, { env, expandHome }: ExpandOptions): string {
  const expanded = text.replace(
    /\$(?:(\w+)|\{([^}]*)\})/g,
    (whole, bare?: string, braced?: string) => env[bare ?? braced ?? ''] ?? whole,
  );
  return expandHome ? expanded.replace(/^~(?=\/|$)/, () => env['HOME'] ?? homedir()) : expanded;
}

function untilStable(text: string, pass: (text: string) => string): string {
  let current = text;
  for (let passes = 0; passes < MAX_PASSES; passes += 1) {
    const next = pass(current);
    if (next === current || next.length > MAX_LENGTH) break;
    current = next;
  }
  return current;
}
