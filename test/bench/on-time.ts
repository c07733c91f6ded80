import { table } from '../../src/cli/table.ts';
import { measureLateness } from './lateness.ts';
import { measureLaunchWait, type LaunchWait } from './launch-wait.ts';
import { quantile } from './quantile.ts';
import { targets } from './targets.ts';

const LINGER = { PREFECT__CLOUD__AGENT__LINGER_SECONDS: '5' };

const lead = (seconds: number) => ({ PREFECT__CLOUD__AGENT__LEAD_SECONDS: `${seconds}` });

/** None; the default; the default with looks between the wakes; one that covers a minute and the slowest start. */
const LEADS = [
  { name: '0', env: lead(0) },
  { name: '75', env: lead(75) },
  { name: '75, and a look every 5 s', env: { ...lead(75), ...LINGER } },
  { name: '120', env: lead(120) },
];

const WAKES = [
  { name: 'alone', options: {} },
  { name: 'and a look every 5 s', options: { env: LINGER } },
  { name: 'and a poke for each run', options: { poke: true } },
];

/** How late scheduled runs start, and how long those wait that are created for now. */
export async function benchOnTime(): Promise<string> {
  // Together: each waits most of the time.
  const [lateness, waits] = await Promise.all([
    Promise.all(LEADS.map(async ({ name, env }) => ({ name, lateMs: await measureLateness(env) }))),
    Promise.all(WAKES.map(async ({ name, options }) => ({ name, wait: await measureLaunchWait(options) }))),
  ]);
  return [
    table([
      ['LEAD, S', 'STARTED', 'EARLY', 'LATE BY, S: P50', 'P99', 'MOST'],
      ...lateness.map(({ name, lateMs }) => latenessRow(name, lateMs)),
    ]),
    targetTable(lateness.find(({ name }) => name === '75')?.lateMs ?? []),
    table([
      ['A WAKE A MINUTE', 'LAUNCHED', 'WAITED, S: P50', 'P99', 'MOST', 'INVOCATIONS', 'RUNNING, S A MINUTE'],
      ...waits.map(({ name, wait }) => waitRow(name, wait)),
    ]),
  ].join('\n');
}

/** Before its start time by more than clocks differ. */
const EARLY_MS = -100;

const earlyOf = (lateMs: readonly number[]): number => lateMs.filter((ms) => ms < EARLY_MS).length;

function latenessRow(name: string, lateMs: readonly number[]): string[] {
  return [name, `${lateMs.length}`, `${earlyOf(lateMs)}`, ...spread(lateMs)];
}

function targetTable(lateMs: readonly number[]): string {
  return targets('LEAD OF 75 S', [
    { what: 'early', measured: earlyOf(lateMs), atMost: 0 },
    { what: 'late by, s: p50', measured: quantile(lateMs, 0.5) / 1000, atMost: 1 },
    { what: 'late by, s: p99', measured: quantile(lateMs, 0.99) / 1000, atMost: 5 },
  ]);
}

function waitRow(name: string, { waitsMs, invocations, secondsAMinute }: LaunchWait): string[] {
  return [name, `${waitsMs.length}`, ...spread(waitsMs), `${invocations}`, secondsAMinute.toFixed(1)];
}

function spread(valuesMs: readonly number[]): string[] {
  return [0.5, 0.99, 1].map((share) => (quantile(valuesMs, share) / 1000).toFixed(1));
}
