import { InvalidArgumentError, Option } from 'commander';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const MAX_MS = 7 * 86_400_000;

/** `--since`, in milliseconds: a second to seven days. */
export function sinceOption(usual: string): Option {
  return new Option('--since <time>', 'How far to look back: 90s, 30m, 2h, 1d.')
    .argParser(parseDuration)
    .default(parseDuration(usual), usual);
}

function parseDuration(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (UNIT_MS[unit] ?? 0);
  if (ms >= 1000 && ms <= MAX_MS) return ms;
  throw new InvalidArgumentError('Expected a time such as 90s, 30m, 2h or 1d, seven days at most.');
}
