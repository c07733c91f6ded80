import type { CliIo, GlobalOptions } from './cli-io.ts';

interface ConsentOptions extends GlobalOptions {
  readonly yes?: boolean;
}

/** Whether something may be written: `--yes` says so, or the person at the terminal. Who wants JSON is not asked. */
export async function hasConsent(
  { confirm }: CliIo,
  { yes = false, json }: ConsentOptions,
  question: string,
): Promise<boolean> {
  if (yes || json || confirm === undefined) return yes;
  return confirm(question);
}
