import type { Colors } from './colors.ts';
import { oneLine } from './one-line.ts';

export type Level = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'CRITICAL';

const PAINT: Readonly<Record<Level, (colors: Colors, text: string) => string>> = {
  DEBUG: (colors, text) => colors.dim(text),
  INFO: (colors, text) => colors.cyan(text),
  WARN: (colors, text) => colors.yellow(text),
  ERROR: (colors, text) => colors.red(text),
  CRITICAL: (colors, text) => colors.red(text),
};

/** One line of a log for people, its time in UTC. */
export function logLine(entry: { timeMs: number; level: Level; message: string }, colors: Colors): string {
  const time = new Date(entry.timeMs).toISOString().slice(11, 19);
  const level = PAINT[entry.level](colors, entry.level.padEnd(5));
  return `${colors.dim(`${time}Z`)} ${level} ${oneLine(entry.message)}\n`;
}
