import { access, glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { GENERATIONS } from '../../../src/settings/generation.ts';

/** The links of a page that lead into the repository. */
function linksIn(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```/gms, '');
  return Array.from(prose.matchAll(/\]\(([^)\s]+)\)/g), ([, link = '']) => link).filter(
    (link) => !/^\w+:/.test(link),
  );
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsIn(markdown: string): string[] {
  return Array.from(markdown.matchAll(/^#+ (.*)$/gm), ([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

async function isThere(page: string, link: string): Promise<boolean> {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  try {
    await access(target);
    return anchor === undefined || anchorsIn(await readFile(target, 'utf8')).includes(anchor);
  } catch {
    return false;
  }
}

test('every link of the documentation leads to a file and a heading that are there', async () => {
  const broken: string[] = [];
  for await (const page of glob(['*.md', 'docs/**/*.md', 'examples/**/*.md'])) {
    for (const link of linksIn(await readFile(page, 'utf8')))
      if (!(await isThere(page, link))) broken.push(`${page}: ${link}`);
  }
  expect(broken).toEqual([]);
});

/**
 * The files and folders that a page names in code; of `infra` files alone, for tests have a folder of that name, and
 * not the stages' files, which are the reader's own. Tests are named by their kind, without their ending. An asterisk
 * stands for each generation of Prefect.
 */
function pathsIn(markdown: string): string[] {
  const named = markdown.matchAll(
    /`((?:src|test|examples|docs)\/[\w*/.-]*[\w*]|infra\/(?!stages\/)[\w/-]+\.\w+)/g,
  );
  const tests = markdown.matchAll(/`((?:unit|integration)\/[\w*/.-]+)`/g);
  const paths = [
    ...Array.from(named, ([, path = '']) => path),
    ...Array.from(tests, ([, path = '']) => `test/${path}.test.ts`),
  ];
  return paths.flatMap((path) =>
    path.includes('*') ? GENERATIONS.map((generation) => path.replace('*', String(generation))) : path,
  );
}

test('every file and folder of the repository that the documentation names is there', async () => {
  const missing: string[] = [];
  for await (const page of glob(['*.md', 'docs/**/*.md', 'examples/**/*.md'])) {
    for (const path of pathsIn(await readFile(page, 'utf8')))
      if (!(await isThere('.', path))) missing.push(`${page}: ${path}`);
  }
  expect(missing).toEqual([]);
});
