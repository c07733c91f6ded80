import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ColdAnswer, ColdRequest } from './cold-process.ts';
import { table } from '../../src/cli/table.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const PROCESS = fileURLToPath(new URL('./cold-process.ts', import.meta.url));

const RUNS = 15;

const HEADINGS = [
  'FUNCTION',
  'ENTRY, KB',
  'LOADED BY AN IDLE INVOCATION, KB',
  'ALL CHUNKS, KB',
  'INIT, MS',
  'FIRST, MS',
  'WARM, MS',
];

const FUNCTIONS = { poll: { source: 'aws.events' }, health: { version: '2.0', rawPath: '/api/health' } };

type FunctionName = keyof typeof FUNCTIONS;

/**
 * How much code a new process loads until a function has answered once with nothing to do, and how long that
 * takes: the import, the first invocation and the second. Medians of 15 processes each, the functions in turn.
 */
export async function benchColdStart(): Promise<string> {
  await using sandbox = await startSandbox({ execute: false });
  // A server without a flow may have no tenant either.
  sandbox.prefect1.createFlow({ name: 'etl' });
  const names = Object.keys(FUNCTIONS) as FunctionName[];
  const answers = new Map<FunctionName, ColdAnswer[]>(names.map((name) => [name, []]));
  for (let i = 0; i < RUNS; i++) {
    for (const name of names) answers.get(name)?.push(await inNewProcess(name, sandbox.functionEnv, false));
  }
  const rows: string[][] = [];
  for (const [name, runs] of answers) {
    const { loaded } = await inNewProcess(name, sandbox.functionEnv, true);
    const paths = loaded.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
    const sizes = [await reachable(name, false), paths, await reachable(name, true)];
    const times = (['initMs', 'firstMs', 'warmMs'] as const).map((key) =>
      median(runs.map((run) => run[key])),
    );
    rows.push([name, ...(await Promise.all(sizes.map(kilobytes))), ...times.map((ms) => ms.toFixed(0))]);
  }
  return table([HEADINGS, ...rows]);
}

async function inNewProcess(
  name: FunctionName,
  env: Readonly<Record<string, string>>,
  traced: boolean,
): Promise<ColdAnswer> {
  const child = fork(PROCESS, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const bundle = pathToFileURL(`${DIST}${name}.mjs`).href;
  const request: ColdRequest = { bundle, event: FUNCTIONS[name], traced };
  child.send(request);
  const [answer] = (await Promise.race([once(child, 'message'), ended(child)])) as [ColdAnswer];
  return answer;
}

async function ended(child: ReturnType<typeof fork>): Promise<never> {
  const [code] = (await once(child, 'exit')) as [number | null];
  throw new Error(`The process that loads a bundle ended with exit code ${code} before it answered.`);
}

/** The bundle and what it imports statically, or everything that it may ever import. */
async function reachable(name: FunctionName, lazily: boolean): Promise<string[]> {
  const pattern = lazily ? /["'`]\.\/([\w-]+\.mjs)["'`]/g : /(?:from|import)\s*["']\.\/([\w-]+\.mjs)["']/g;
  const seen = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (seen.has(path)) return;
    seen.add(path);
    const text = await readFile(path, 'utf8');
    for (const [, imported = ''] of text.matchAll(pattern)) await visit(DIST + imported);
  };
  await visit(`${DIST}${name}.mjs`);
  return [...seen];
}

async function kilobytes(paths: readonly string[]): Promise<string> {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  return (sizes.reduce((a, b) => a + b, 0) / 1024).toFixed(0);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
