import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { matchesGlob } from 'node:path';
import { join } from 'node:path/posix';
import { ESLint } from 'eslint';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_USES, reachedFrom, readRooms } from '../../../eslint.rooms.ts';

const rooms = readRooms();

function roomOf(file: string): string | undefined {
  return rooms.find(({ files }) => matchesGlob(file, files))?.name;
}

interface Import {
  readonly from: string;
  /** A path from the root, or a package. */
  readonly of: string;
}

const files = globSync('src/**/*.ts');
let imports: readonly Import[];

beforeAll(async () => {
  const texts = await Promise.all(files.map(async (from) => ({ from, text: await readFile(from, 'utf8') })));
  imports = texts.flatMap(({ from, text }) =>
    ts.preProcessFile(text).importedFiles.map(({ fileName }) => ({
      from,
      of: fileName.startsWith('.') ? join(from, '..', fileName) : fileName,
    })),
  );
});

describe('the picture of rooms', () => {
  test('has every file of src in one room', () => {
    const homeless = files.filter(
      (file) => rooms.filter((room) => matchesGlob(file, room.files)).length !== 1,
    );
    expect(homeless).toEqual([]);
  });

  test('has no room without files', () => {
    const empty = rooms.filter((room) => !files.some((file) => matchesGlob(file, room.files)));
    expect(empty).toEqual([]);
  });

  test('has arrows that point one way', () => {
    expect(rooms.filter(({ name }) => reachedFrom(name, rooms).has(name))).toEqual([]);
  });

  test('has no arrow that no import needs', () => {
    const taken = new Set(imports.map(({ from, of }) => `${String(roomOf(from))} --> ${String(roomOf(of))}`));
    const arrows = rooms.flatMap(({ name, arrows }) => arrows.map((to) => `${name} --> ${to}`));
    expect(arrows.filter((arrow) => !taken.has(arrow))).toEqual([]);
  });

  test('is refused with an arrow to a room that it does not have', () => {
    const picture = '## Rooms\n\n```mermaid\nflowchart TD\n    agent[src/agent<br>polls] --> moon\n```\n';
    expect(() => readRooms(picture)).toThrow('agent --> moon');
  });
});

test('no room may import a package that it does not', () => {
  const unused = PACKAGE_USES.flatMap(({ packages, by, types = [] }) =>
    [...by, ...types]
      .filter(
        (room) =>
          !imports.some(({ from, of }) => roomOf(from) === room && `${of}/`.startsWith(`${packages}/`)),
      )
      .map((room) => `${room}: ${packages}`),
  );
  expect(unused).toEqual([]);
});

/** What the project's lint has against imports. */
async function lint(
  filePath: string,
  text: string,
  rules = /no-restricted-(paths|imports)$/,
): Promise<string[]> {
  const eslint = new ESLint({
    // Rules that ask for types would read the whole program first.
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    ruleFilter: ({ ruleId }) => rules.test(ruleId),
  });
  const [result] = await eslint.lintText(text, { filePath });
  return result?.messages.map(({ message }) => message) ?? [];
}

describe('lint', () => {
  test.each([
    ['agent', 'ecs', 'src/agent/poll.ts', "import { familyOf } from '../ecs/definition-family.ts';"],
    ['ecs', 'prefect1', 'src/ecs/run-task.ts', "import type { look } from '../prefect1/look.ts';"],
    [
      'prefect1',
      'prefect3',
      'src/prefect1/look.ts',
      "export const late = () => import('../prefect3/look.ts');",
    ],
    ['prefect3', 'sandbox', 'src/prefect3/look.ts', "export { uuids } from '../sandbox/uuids.ts';"],
    ['a helper', 'index', 'src/clock.ts', "import { createAgent } from './index.ts';"],
    ['index', 'cli', 'src/index.ts', "import { runCli } from './cli/run-cli.ts';"],
  ])('refuses an import against the arrows: %s from %s', async (_from, _of, file, text) => {
    expect(await lint(file, text)).toEqual([
      expect.stringContaining('the picture of rooms in docs/architecture.md'),
    ]);
  });

  test.each([
    ['agent', 'src/agent/poll.ts', "import type { Task } from '@aws-sdk/client-ecs';"],
    ['agent', 'src/agent/poll.ts', "import { parse } from 'graphql';"],
    ['prefect3', 'src/prefect3/look.ts', "import { gql } from 'graphql-request';"],
    ['ecs', 'src/ecs/run-task.ts', "import { SSMClient } from '@aws-sdk/client-ssm';"],
    ['a helper', 'src/clock.ts', "import { S3Client } from '@aws-sdk/client-s3';"],
  ])('refuses a package of another room: in %s', async (_room, file, text) => {
    expect(await lint(file, text)).toEqual([
      expect.stringContaining('eslint.rooms.ts says which rooms import it'),
    ]);
  });

  test('refuses the program of a package where only its types are used', async () => {
    const text = "import { ECSClient } from '@aws-sdk/client-ecs';";
    expect(await lint('src/prefect1/look.ts', text)).toEqual([expect.stringContaining('its types alone')]);
  });

  test('refuses files that import each other', async () => {
    const text = "import { ApiCalls } from './api-calls.ts';";
    const found = await lint('src/prefect-api/resend.ts', text, /no-cycle$/);
    expect(found).toEqual([expect.stringContaining('cycle')]);
  });

  test('lets a room import along the arrows, near and far, and its packages', async () => {
    const text = `import { Agent } from '../agent/agent.ts';
import { CLAIM_KEY_TAG } from '../tasks/task-request.ts';
import { AwsError } from '../errors.ts';
import { runTask } from './run-task.ts';
import { ECSClient } from '@aws-sdk/client-ecs';
import { collectBody } from '@smithy/core/protocols';`;
    expect(await lint('src/ecs/ecs-agent.ts', text)).toEqual([]);
  });
});
