/**
 * What executes a flow run inside its container. Prefect renamed the command in 0.13.0.
 * As `get_flow_run_command` of Prefect 1.4.1: a flow without a version counts as older than all.
 */
export function flowCommand(coreVersion: string | null): string[] {
  const command = isBefore013(coreVersion ?? '0.0.0') ? 'execute cloud-flow' : 'execute flow-run';
  return ['/bin/sh', '-c', `prefect ${command}`];
}

function isBefore013(version: string): boolean {
  const [, major = '0', minor = '0', rest = ''] = /^v?(\d+)(?:\.(\d+))?(.*)$/.exec(version.trim()) ?? [];
  if (Number(major) !== 0) return false;
  if (Number(minor) !== 13) return Number(minor) < 13;
  // A pre-release of 0.13.0 comes before it; "+12.gabc" is a build of it and does not.
  return /^(\.0)*[._-]?(a|b|c|rc|alpha|beta|pre|preview|dev)/i.test(rest);
}
