import { build, type OutputChunk } from 'rolldown';
import { beforeAll, describe, expect, test } from 'vitest';
import config from '../../../rolldown.config.ts';

const KB = 1024;

/** What a poll that finds nothing due does without, as parts of module paths. */
const NEEDLESS = [
  '/@aws-sdk/client-ecs/',
  '/@aws-sdk/client-s3/',
  '/@aws-sdk/client-secrets-manager/',
  '/@aws-sdk/client-ssm/',
  '/@aws-sdk/xml-builder/',
  '/fastest-levenshtein/',
  '/graphql/',
  '/p-map/',
  '/smol-toml/',
  '/yaml/',
  '/src/agent/live.ts',
  '/src/create-launching.ts',
  '/src/ecs/run-task.ts',
  '/src/plan.ts',
  '/src/prefect1/task-request.ts',
  '/src/prefect3/',
];

/** What needs the control record, and nothing before it. */
const RECORD = ['/@aws-sdk/', '/@smithy/', '/src/control/dynamo-control-store.ts'];

let chunks: ReadonlyMap<string, OutputChunk>;

beforeAll(async () => {
  const { output } = await build({ ...config, write: false });
  chunks = new Map(output.filter((file) => file.type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
});

/** The chunks that are loaded with the modules whose path ends so. */
function loadedWith(...paths: string[]): OutputChunk[] {
  const loaded = new Set<OutputChunk>();
  const visit = (chunk: OutputChunk | undefined) => {
    if (chunk === undefined || loaded.has(chunk)) return;
    loaded.add(chunk);
    for (const imported of chunk.imports) visit(chunks.get(imported));
  };
  for (const path of paths) {
    const found = [...chunks.values()].find(({ facadeModuleId }) => facadeModuleId?.endsWith(path));
    expect(found, `the chunk of ${path}`).toBeDefined();
    visit(found);
  }
  return [...loaded];
}

function kilobytes(loaded: readonly OutputChunk[]): number {
  return loaded.reduce((sum, { code }) => sum + Buffer.byteLength(code), 0) / KB;
}

function modulesAmong(loaded: readonly OutputChunk[], parts: readonly string[]): string[] {
  const ids = loaded.flatMap(({ modules }) => Object.keys(modules));
  return ids.filter((id) => parts.some((part) => id.includes(part)));
}

describe.each([
  ['poll', 150, 350],
  ['health', 60, 270],
])('the function %s', (name, entryKb, idleKb) => {
  const entry = `/src/functions/${name}.ts`;

  test(`starts with at most ${entryKb} KB, without the AWS SDK`, () => {
    const loaded = loadedWith(entry);
    expect(modulesAmong(loaded, [...NEEDLESS, ...RECORD])).toEqual([]);
    expect(kilobytes(loaded)).toBeLessThanOrEqual(entryKb);
  });

  test(`loads at most ${idleKb} KB when nothing is due, and nothing that only due runs need`, () => {
    const loaded = loadedWith(entry, '/src/control/dynamo-control-store.ts');
    expect(modulesAmong(loaded, NEEDLESS)).toEqual([]);
    expect(kilobytes(loaded)).toBeLessThanOrEqual(idleKb);
  });
});

test('what launches due runs is in the bundle, to be loaded with the first', () => {
  const loaded = loadedWith('/src/create-launching.ts', '/src/prefect1/run-tasks.ts');
  expect(modulesAmong(loaded, ['/src/ecs/run-task.ts', '/src/prefect1/task-request.ts'])).toHaveLength(2);
});
