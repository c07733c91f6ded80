import type { Health } from '../control/health.ts';
import type { Colors } from './colors.ts';
import { oneLine } from './one-line.ts';

/** The last line: whether the deployed agent is healthy, and why not. */
export function healthText(health: Health, colors: Colors): string {
  const [text, why] = health.healthy
    ? [colors.green('healthy'), health.note]
    : [colors.red('unhealthy'), health.reason];
  return `${colors.bold('Health')}  ${text}${why === undefined ? '' : `: ${oneLine(why)}`}\n`;
}
