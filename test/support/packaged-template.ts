import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeployParameters, serverless } from './serverless-cli.ts';
import { stackOf, type Stack } from './stack.ts';

/** Packages the service with these parameters. @returns the path of its template, in a folder that the caller removes. */
export async function packagedTemplate(folder: string, parameters: DeployParameters): Promise<string> {
  await serverless(['package', '--package', folder], parameters);
  return join(folder, 'cloudformation-template-update-stack.json');
}

/** The stack that a deployment with these parameters makes. */
export async function packagedStack(parameters: DeployParameters): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  try {
    return stackOf(JSON.parse(await readFile(await packagedTemplate(folder, parameters), 'utf8')));
  } finally {
    await rm(folder, { recursive: true });
  }
}
