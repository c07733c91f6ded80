/** What serverless.yml calls things, by stage. */
export function pollFunctionOf(stage: string): string {
  return `serverless-prefect-agent-${stage}-poll`;
}

export function controlTableOf(stage: string): string {
  return `serverless-prefect-agent-${stage}-control`;
}
