import { build, type OutputChunk } from 'rolldown';
import { beforeAll, expect, test } from 'vitest';
import config from '../../../rolldown.config.ts';
import { GENERATIONS } from '../../../src/settings/generation.ts';

const KB = 1024;

/** What a poll that finds nothing due does without, as parts of module paths. */
const NEEDLESS = [
  '/@aws-sdk/client-ecs/',
  '/@aws-sdk/client-lambda/',
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
  '/src/compose/create-launching.ts',
  '/src/ecs/run-task.ts',
  '/src/compose/plan.ts',
  '/src/prefect1/task-request.ts',
  '/src/prefect3/job-configuration.ts',
  '/src/prefect3/task-request.ts',
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

/** What each Prefect is loaded with, and must not be loaded for another. */
const PREFECTS = GENERATIONS.map((generation) => `prefect${generation}`);

test.each(['poll', 'health'])(
  'the function %s starts without the AWS SDK, and before it knows its Prefect',
  (name) => {
    const loaded = loadedWith(`/src/functions/${name}.ts`);
    const prefects = PREFECTS.map((prefect) => `/src/${prefect}/`);
    expect(modulesAmong(loaded, [...NEEDLESS, ...RECORD, ...prefects])).toEqual([]);
  },
);

test.each(PREFECTS)(
  'the function poll starts with at most 150 KB with the backend of %s, and that alone',
  (prefect) => {
    const loaded = loadedWith('/src/functions/poll.ts', `/src/${prefect}/backend.ts`);
    const others = PREFECTS.filter((other) => other !== prefect).map((other) => `/src/${other}/`);
    expect(modulesAmong(loaded, [...NEEDLESS, ...RECORD, ...others])).toEqual([]);
    expect(kilobytes(loaded)).toBeLessThanOrEqual(150);
  },
);

test.each(PREFECTS)(
  'an idle poll of %s loads at most 350 KB, and nothing that only due runs need',
  (prefect) => {
    const backend = `/src/${prefect}/backend.ts`;
    const begun = ['/src/functions/poll-and-note.ts', '/src/control/dynamo-control-store.ts'];
    const loaded = loadedWith('/src/functions/poll.ts', backend, ...begun);
    expect(modulesAmong(loaded, NEEDLESS)).toEqual([]);
    expect(kilobytes(loaded)).toBeLessThanOrEqual(350);
  },
);

test('the function health loads at most 60 KB, and 270 KB with the control record', () => {
  const entry = '/src/functions/health.ts';
  expect(kilobytes(loadedWith(entry))).toBeLessThanOrEqual(60);
  const loaded = loadedWith(entry, '/src/control/dynamo-control-store.ts');
  expect(modulesAmong(loaded, NEEDLESS)).toEqual([]);
  expect(kilobytes(loaded)).toBeLessThanOrEqual(270);
});

test.each(PREFECTS)(
  'what launches due runs of %s is in the bundle, to be loaded with the first',
  (prefect) => {
    const loaded = loadedWith('/src/compose/create-launching.ts', `/src/${prefect}/run-tasks.ts`);
    const needed = ['/src/ecs/run-task.ts', `/src/${prefect}/task-request.ts`];
    expect(modulesAmong(loaded, needed)).toHaveLength(2);
  },
);
