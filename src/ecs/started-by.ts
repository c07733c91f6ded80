/** ECS's limit for `startedBy`. */
const MAX_LENGTH = 128;

/**
 * Marks a task as this agent's and this run's: `<agent>/<flow run id>`, in the characters that ECS allows.
 * One ListTasks answers with it which tasks a run has.
 */
export function startedBy(agentName: string, flowRunId: string): string {
  const suffix = `/${flowRunId}`;
  return agentName.replace(/[^\w-]/g, '_').slice(0, MAX_LENGTH - suffix.length) + suffix;
}
