import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod/mini';

const run = promisify(execFile);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLE = join(ROOT, 'examples/own-platform');

const manifest = z.object({ name: z.string(), dependencies: z.record(z.string(), z.string()) });

/** As strict as a user's project may be; the declarations of other packages are their makers' business. */
const TSCONFIG = {
  compilerOptions: {
    target: 'es2024',
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    rewriteRelativeImportExtensions: true,
    outDir: 'out',
  },
};

/** A project with the packed package among its modules, and the example of a platform as its program. */
export interface Consumer extends AsyncDisposable {
  /** The package's files. */
  readonly packed: readonly string[];
  /** What the compiler has against the program; empty: nothing. */
  compile(): Promise<string>;
  /** Runs the compiled program until it ends. @throws when it fails */
  run(env: Readonly<Record<string, string>>): Promise<string>;
}

/** Packs the package, which must have been built, and makes the project. Nothing is asked of a registry. */
export async function makeConsumer(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'consumer-'));
  const { name, dependencies } = manifest.parse(
    JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')),
  );
  const modules = join(folder, 'node_modules');
  const own = join(modules, name);
  await mkdir(own, { recursive: true });
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT });
  const [archive = ''] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  await run('tar', ['-xzf', join(folder, archive), '-C', own, '--strip-components=1']);
  // No more than an installation would give it.
  for (const dependency of [...Object.keys(dependencies), '@types/node']) {
    const link = join(modules, dependency);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, 'node_modules', dependency), link);
  }
  await cp(EXAMPLE, folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
  return {
    packed: await readdir(own, { recursive: true }),
    compile: async () => {
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
      try {
        await run(process.execPath, [tsc], { cwd: folder });
        return '';
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    },
    run: async (env) => {
      const { stdout } = await run(process.execPath, ['out/main.js'], { cwd: folder, env });
      return stdout;
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
