import { table } from '../../src/cli/table.ts';
import { measureLateness } from './lateness.ts';
import { measureLaunchWait, type LaunchWait } from './launch-wait.ts';
import { quantile } from './quantile.ts';
import { targets } from './targets.ts';

/** None, the default, and one that covers a wake a minute and the slowest container. */
const LEADS_SECONDS = [0, 75, 120] as const;
const DEFAULT_LEAD_SECONDS = 75;

/** How late scheduled runs start, and how long those wait that are created for now. */
export async function benchOnTime(): Promise<string> {
  // Together: each waits most of the time.
  const [lateness, waits] = await Promise.all([
    Promise.all(LEADS_SECONDS.map((leadSeconds) => measureLateness(leadSeconds))),
    Promise.all([
      measureLaunchWait({}),
      measureLaunchWait({ env: { PREFECT__CLOUD__AGENT__LINGER_SECONDS: '5' } }),
      measureLaunchWait({ poke: true }),
    ]),
  ]);
  const usual = lateness[LEADS_SECONDS.indexOf(DEFAULT_LEAD_SECONDS)] ?? [];
  return [
    table([
      ['LEAD, S', 'STARTED', 'EARLY', 'LATE BY, S: P50', 'P99', 'MOST'],
      ...LEADS_SECONDS.map((leadSeconds, i) => latenessRow(leadSeconds, lateness[i] ?? [])),
    ]),
    targets('LEAD OF 75 S', [
      { what: 'late by, s: p50', measured: quantile(usual, 0.5) / 1000, atMost: 1 },
      { what: 'late by, s: p99', measured: quantile(usual, 0.99) / 1000, atMost: 5 },
    ]),
    table([
      ['A WAKE A MINUTE', 'LAUNCHED', 'WAITED, S: P50', 'P99', 'MOST', 'INVOCATIONS', 'RUNNING, S A MINUTE'],
      ...['', 'and a look every 5 s', 'and a poke for each run'].map((name, i) => waitRow(name, waits[i])),
    ]),
  ].join('\n');
}

/** Before its start time by more than clocks differ. */
const EARLY_MS = -100;

function latenessRow(leadSeconds: number, lateMs: readonly number[]): string[] {
  const early = lateMs.filter((ms) => ms < EARLY_MS).length;
  return [`${leadSeconds}`, `${lateMs.length}`, `${early}`, ...spread(lateMs)];
}

function waitRow(name: string, wait: LaunchWait | undefined): string[] {
  const { waitsMs = [], invocations = 0, secondsAMinute = NaN } = wait ?? {};
  return [name, `${waitsMs.length}`, ...spread(waitsMs), `${invocations}`, secondsAMinute.toFixed(1)];
}

function spread(valuesMs: readonly number[]): string[] {
  return [0.5, 0.99, 1].map((share) => (quantile(valuesMs, share) / 1000).toFixed(1));
}
