import { waitUntil } from './wait-until.ts';

interface Timing {
  /** When the run is due, in milliseconds since the epoch. */
  readonly startTimeMs: number;
  /** When the command is built, in milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * What executes a flow run inside its container. Prefect renamed the command in 0.13.0.
 * As `get_flow_run_command` of Prefect 1.4.1: a flow without a version counts as older than all.
 *
 * With a start time ahead, the container waits for it first: Prefect's own process ends at once, with exit
 * code 0, when it comes too early (`check_flow_reached_start_time`). A claim that is launched again after its
 * start time gets another command than before. That is harmless: its client token is the same, and ECS answers
 * a used token with the task that exists, or with a ConflictException that names it when the arguments differ.
 */
export function flowCommand(coreVersion: string | null, { startTimeMs, nowMs }: Timing): string[] {
  const command = `prefect execute ${isBefore013(coreVersion ?? '0.0.0') ? 'cloud-flow' : 'flow-run'}`;
  const script = startTimeMs > nowMs ? `${waitUntil(startTimeMs)}; exec ${command}` : command;
  return ['/bin/sh', '-c', script];
}

function isBefore013(version: string): boolean {
  const [, major = '0', minor = '0', rest = ''] = /^v?(\d+)(?:\.(\d+))?(.*)$/.exec(version.trim()) ?? [];
  if (Number(major) !== 0) return false;
  if (Number(minor) !== 13) return Number(minor) < 13;
  // A pre-release of 0.13.0 comes before it; "+12.gabc" is a build of it and does not.
  return /^(\.0)*[._-]?(a|b|c|rc|alpha|beta|pre|preview|dev)/i.test(rest);
}
