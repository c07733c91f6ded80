/** What serverless.yml calls things, by stage. */
export function stackNameOf(stage: string): string {
  return `serverless-prefect-agent-${stage}`;
}

export function pollFunctionOf(stage: string): string {
  return `${stackNameOf(stage)}-poll`;
}

export function controlTableOf(stage: string): string {
  return `${stackNameOf(stage)}-control`;
}
