/**
 * What Prefect 3's ECS worker calls a task: `<cluster>::<task ARN>`, the cluster as it was asked for, or the ARN of
 * the default one. Its commands that end flow runs read it.
 */
export function infrastructurePid(taskArn: string, cluster: string | undefined): string {
  return `${cluster ?? clusterArn(taskArn)}::${taskArn}`;
}

/** ARNs of the old form, `task/<id>`, don't name the cluster. */
function clusterArn(taskArn: string): string {
  const [, prefix, name] = /^(.*):task\/([^/]+)\/[^/]+$/.exec(taskArn) ?? [];
  return prefix === undefined || name === undefined ? 'default' : `${prefix}:cluster/${name}`;
}
