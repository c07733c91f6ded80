import * as z from 'zod/mini';
import type { Colors } from './colors.ts';
import { type Level, logLine } from './log-line.ts';
import { oneLine } from './one-line.ts';

/** Lambda gives the last 4 KiB of a log, so a longer one begins in the middle of a line. */
const TAIL_BYTES = 4096;

const entry = z.object({
  timestamp: z.string(),
  level: z.string(),
  message: z.string(),
  reason: z.optional(z.string()),
  error: z.optional(z.looseObject({ message: z.optional(z.string()) })),
});

/** The end of the function's log for people: the function writes JSON, Lambda itself plain text or JSON. */
export function logTailText(log: string, colors: Colors): string {
  const lines = log.split('\n').filter((line) => line.trim() !== '');
  const whole = Buffer.byteLength(log) < TAIL_BYTES ? lines : lines.slice(1);
  return whole.map((line) => logLineText(line, colors)).join('');
}

/** One line of a function's log for people; empty: it says nothing that people want to know. */
export function logLineText(line: string, colors: Colors): string {
  const json = parseObject(line);
  const parsed = entry.safeParse(json);
  if (!parsed.success) return isNoise(line, json) ? '' : `${colors.dim(oneLine(line))}\n`;
  const { timestamp, level, message, reason, error } = parsed.data;
  const timeMs = Date.parse(timestamp);
  if (Number.isNaN(timeMs)) return `${oneLine(message)}\n`;
  const why = [reason, error?.message].filter((text) => text !== undefined && !message.includes(text));
  return logLine({ timeMs, level: levelOf(level), message: [message, ...why].join(': ') }, colors);
}

/** What Lambda writes around an invocation, but for its REPORT; and the error that is shown anyway, with its stack. */
function isNoise(line: string, json: unknown): boolean {
  return json !== undefined || /^(START|END|INIT_START) |\tInvoke Error \t/.test(line);
}

function levelOf(level: string): Level {
  const levels: readonly Level[] = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL'];
  return levels.find((known) => known === level.toUpperCase()) ?? 'INFO';
}

function parseObject(line: string): unknown {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
