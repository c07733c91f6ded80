import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Linter } from 'eslint';

const ROOT = import.meta.dirname;
const PICTURE = 'docs/architecture.md';

/** A part of src, as the picture under "Rooms" has it. */
export interface Room {
  /** Its name in the picture. */
  readonly name: string;
  /** Where it is. */
  readonly path: string;
  /** Its files, as a glob from the root. */
  readonly files: string;
  /** The rooms to which its own arrows point. */
  readonly arrows: readonly string[];
}

/**
 * The rooms and arrows of the picture.
 * @throws Error for an arrow to a room that is not drawn.
 */
export function readRooms(markdown = readFileSync(join(ROOT, PICTURE), 'utf8')): Room[] {
  const [, picture = ''] = /^## Rooms\n+```mermaid\n(.*?)^```/ms.exec(markdown) ?? [];
  const drawn = Array.from(
    picture.matchAll(/^ *(\w+)\[([^<\]]+)[^\]]*\](?: --> ([\w &]+))?$/gm),
    ([, name = '', path = '', to]) => ({ name, path, files: filesAt(path), arrows: to?.split(' & ') ?? [] }),
  );
  const names = new Set(drawn.map(({ name }) => name));
  for (const { name, arrows } of drawn)
    for (const to of arrows)
      if (!names.has(to))
        throw new Error(`${PICTURE}, Rooms: expected arrows to rooms of the picture, got ${name} --> ${to}.`);
  return drawn;
}

function filesAt(path: string): string {
  // The interface of the npm package lies beside the helpers, and is a room of its own.
  if (path === 'src/*.ts') return 'src/!(index).ts';
  // A glob as well, for the rule takes either globs or paths.
  return path.endsWith('.ts') ? path.replace(/([^/]+)\.ts$/, '@($1).ts') : `${path}/**/*`;
}

/** The names of the rooms that the arrows of one lead to, near or far. */
export function reachedFrom(name: string, rooms: readonly Room[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const follow = (from: string) => {
    for (const to of rooms.find((room) => room.name === from)?.arrows ?? []) {
      if (reached.has(to)) continue;
      reached.add(to);
      follow(to);
    }
  };
  follow(name);
  return reached;
}

/** Where packages may be imported that most rooms do without: by the rooms in `by`, and their types alone in `types`. */
interface PackageUse {
  /** As `.gitignore` has patterns. */
  readonly packages: string;
  readonly by: readonly string[];
  readonly types?: readonly string[];
}

export const PACKAGE_USES: readonly PackageUse[] = [
  {
    packages: '@aws-sdk/client-ecs',
    by: ['ecs', 'doctor', 'python'],
    types: ['cli', 'compose', 'prefect1', 'prefect3', 'tasks'],
  },
  { packages: '@aws-sdk/client-cloudwatch-logs', by: ['cli', 'logs'] },
  { packages: '@aws-sdk/client-dynamodb', by: ['cli', 'control'] },
  { packages: '@aws-sdk/client-lambda', by: ['cli', 'control', 'functions', 'status'] },
  { packages: '@aws-sdk/client-s3', by: ['settings'] },
  { packages: '@aws-sdk/client-secrets-manager', by: ['cli', 'doctor', 'settings'], types: ['compose'] },
  { packages: '@aws-sdk/client-ssm', by: ['cli', 'doctor', 'settings'] },
  { packages: '@smithy/core', by: ['ecs', 'python'] },
  { packages: '@smithy/signature-v4', by: ['ecs'] },
  { packages: '@aws-lambda-powertools/logger', by: ['functions'] },
  { packages: '@middy/core', by: ['functions'] },
  { packages: 'graphql-request', by: ['prefect1'] },
  { packages: 'gql.tada', by: ['prefect1'] },
  { packages: 'commander', by: ['cli'] },
  { packages: 'picocolors', by: ['cli'] },
];

/** Packages that no room imports unless `PACKAGE_USES` lets it. */
const FAMILIES = ['@aws-sdk/*', '@smithy/*', '@aws-lambda-powertools/*', 'graphql'];

/** Lint that keeps each room to the picture and to its packages. */
export function roomRules(rooms = readRooms()): Linter.Config[] {
  return rooms.map((room) => ({
    files: [room.files],
    rules: {
      'import-x/no-restricted-paths': ['error', { basePath: ROOT, zones: [zoneOf(room, rooms)] }],
      // The sandbox plays the services of these packages.
      ...(room.name !== 'sandbox' && { '@typescript-eslint/no-restricted-imports': packagesOf(room.name) }),
    },
  }));
}

function zoneOf({ name, path, files }: Room, all: readonly Room[]) {
  const reached = reachedFrom(name, all);
  const open = all.filter((room) => reached.has(room.name));
  const paths = open.map((room) => room.path).join(', ');
  return {
    target: 'src',
    from: 'src/**/*',
    except: [files, ...open.map((room) => room.files)].map((glob) => join(ROOT, glob)),
    message: `By the picture of rooms in ${PICTURE}, ${path} imports ${paths === '' ? 'no other room' : `only from ${paths}`}.`,
  };
}

function packagesOf(room: string): Linter.RuleEntry {
  const namesWhere = (test: (use: PackageUse) => boolean | undefined) =>
    PACKAGE_USES.filter(test).map(({ packages }) => packages);
  const typesOnly = namesWhere(({ types }) => types?.includes(room));
  const used = [...typesOnly, ...namesWhere(({ by }) => by.includes(room))];
  const unused = namesWhere(({ packages }) => !used.includes(packages));
  const patterns = [
    {
      group: [...FAMILIES, ...unused, ...used.map((name) => `!${name}`)],
      message: `eslint.rooms.ts says which rooms import it; ${room} does not.`,
    },
    {
      group: typesOnly,
      allowTypeImports: true,
      message: `By eslint.rooms.ts, ${room} imports its types alone.`,
    },
  ];
  return ['error', { patterns: patterns.filter(({ group }) => group.length > 0) }];
}
