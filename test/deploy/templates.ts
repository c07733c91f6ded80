import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagedTemplate } from '../support/packaged-template.ts';
import type { DeployParameters } from '../support/serverless-cli.ts';

const SUBNETS = 'subnet-0a1b2c3d4e5f6a7b8';
const ACCOUNT = '123456789012';

/** Deployments that differ in what the stack makes for them: as little as possible, and all that there is. */
const DEPLOYMENTS: Readonly<Record<string, DeployParameters>> = {
  'with three parameters': {
    PREFECT__BACKEND: 'server',
    PREFECT__CLOUD__API: 'https://prefect.example.com/graphql',
    PREFECT__CLOUD__AGENT__ECS__SUBNETS: SUBNETS,
  },
  'with all that can be made or named': {
    PREFECT__CLOUD__API_KEY_SECRET: `arn:aws:ssm:us-east-1:${ACCOUNT}:parameter/prefect-api-key`,
    PREFECT__CLOUD__AGENT__ECS__CLUSTER: 'flows',
    PREFECT__CLOUD__AGENT__ECS__TASK_ROLE_ARN: `arn:aws:iam::${ACCOUNT}:role/flows`,
    PREFECT__CLOUD__AGENT__ECS__EXECUTION_ROLE_ARN: `arn:aws:iam::${ACCOUNT}:role/execution`,
    extraRoles: `arn:aws:iam::${ACCOUNT}:role/heavy-flows`,
    extraClusters: `arn:aws:ecs:us-east-1:${ACCOUNT}:cluster/gpu`,
    extraTaskDefinitions: `arn:aws:ecs:us-east-1:${ACCOUNT}:task-definition/etl:*`,
    documents: 'arn:aws:s3:::documents/definitions/*',
    keyEncryptionKey: `arn:aws:kms:us-east-1:${ACCOUNT}:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f`,
    permissionsBoundary: `arn:aws:iam::${ACCOUNT}:policy/boundary`,
    reservedConcurrency: '1',
    alarmEmail: 'ops@example.com',
    dashboard: 'true',
    fargateSpot: 'true',
  },
};

/** Calls `use` with the path of each deployment's template. */
export async function withTemplates(use: (what: string, path: string) => Promise<void>): Promise<void> {
  for (const [what, parameters] of Object.entries(DEPLOYMENTS)) {
    const folder = await mkdtemp(join(tmpdir(), 'package-'));
    try {
      await use(what, await packagedTemplate(folder, parameters));
    } finally {
      await rm(folder, { recursive: true });
    }
  }
}
