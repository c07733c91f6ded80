import picocolors from 'picocolors';
import type { CliIo, TextOutput } from './cli-io.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;

/** Colours for an output: none unless a person looks at it, who has not said no (https://no-color.org). */
export function colorsFor({ isTTY = false }: TextOutput, env: CliIo['env']): Colors {
  return picocolors.createColors(isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
}
