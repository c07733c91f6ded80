import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { table } from '../../src/cli/table.ts';

const run = promisify(execFile);

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

const RUNS = 15;

/** How long the bundles take to load in a new process, beyond what node itself takes, and how large they are. */
export async function benchColdStart(): Promise<string> {
  const bare = await medianMs('');
  const rows: string[][] = [];
  for (const name of ['poll', 'health']) {
    const ms = await medianMs(`import(${JSON.stringify(pathToFileURL(`${DIST}${name}.mjs`).href)})`);
    const kilobytes = await loadedKilobytes(name);
    rows.push([name, `${kilobytes.entry}`, `${kilobytes.total}`, (ms - bare).toFixed(0)]);
  }
  return table([['FUNCTION', 'LOADED AT INIT, KB', 'WITH LAZY CHUNKS, KB', 'INIT, MS'], ...rows]);
}

async function medianMs(code: string): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < RUNS; i++) {
    const startMs = performance.now();
    await run(process.execPath, ['--input-type=module', '-e', code]);
    times.push(performance.now() - startMs);
  }
  return times.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
}

/** The bundle and what it imports statically, and everything that it may import later. */
async function loadedKilobytes(name: string): Promise<{ entry: number; total: number }> {
  const visit = async (file: string, lazily: boolean, seen: Set<string>): Promise<void> => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = await readFile(DIST + file, 'utf8');
    const pattern = lazily ? /["']\.\/([\w-]+\.mjs)["']/g : /(?:from|import)\s*["']\.\/([\w-]+\.mjs)["']/g;
    for (const [, imported = ''] of text.matchAll(pattern)) await visit(imported, lazily, seen);
  };
  const size = async (lazily: boolean) => {
    const seen = new Set<string>();
    await visit(`${name}.mjs`, lazily, seen);
    const sizes = await Promise.all([...seen].map(async (file) => (await stat(DIST + file)).size));
    return Math.round(sizes.reduce((a, b) => a + b, 0) / 1024);
  };
  return { entry: await size(false), total: await size(true) };
}
