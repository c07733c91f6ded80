/** ECS's limit for `startedBy`. */
const MAX_LENGTH = 128;

/** Of a flow run's id, which is a UUID. */
const ID_LENGTH = 36;

/**
 * Marks a task as this agent's and this run's: `<agent>/<flow run id>`, in the characters that ECS allows.
 * One ListTasks answers with it which tasks a run has.
 */
export function startedBy(agentName: string, flowRunId: string): string {
  const suffix = `/${flowRunId}`;
  return agentName.replace(/[^\w-]/g, '_').slice(0, MAX_LENGTH - suffix.length) + suffix;
}

/** What the marks of this agent's tasks begin with, of whatever runs. */
export function startedByPrefix(agentName: string): string {
  return startedBy(agentName, '-'.repeat(ID_LENGTH)).slice(0, -ID_LENGTH);
}

/** The flow run whose task this is; undefined: the task is not this agent's. */
export function flowRunStartedBy(agentName: string, text: string | undefined): string | undefined {
  const id = text?.split('/').at(-1) ?? '';
  return id !== '' && startedBy(agentName, id) === text ? id : undefined;
}
