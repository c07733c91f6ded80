import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { stageFile } from '../../src/deployment/stage-parameters.ts';

/** A folder of stages' parameter files, with these texts by stage. */
export async function stagesFolder(texts: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stages-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [stage, text] of Object.entries(texts)) await writeFile(stageFile(stage, folder), text);
  return folder;
}
