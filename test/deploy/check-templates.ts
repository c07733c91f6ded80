import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import type { Checks } from '../support/checks.ts';
import { pythonEnvironment } from '../support/python-environment.ts';
import { LINT_EXCEPTIONS, SCAN_EXCEPTIONS } from './exceptions.ts';
import { specificationFindings } from './specification-findings.ts';
import { withTemplates } from './templates.ts';

const TIMEOUT_MS = 120_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

const lintResults = z.array(z.object({ Rule: z.object({ Id: z.string() }), Message: z.string() }));

const scanResults = z.object({
  summary: z.object({ passed: z.int() }),
  results: z.object({
    failed_checks: z.array(z.object({ check_id: z.string(), check_name: z.string(), resource: z.string() })),
    parsing_errors: z.array(z.string()),
  }),
});

interface Finding {
  readonly id: string;
  readonly about: string;
}

/** Holds the templates to AWS's specification, cfn-lint and checkov. `programs`: of an environment with cfn-lint. */
export async function checkTemplates(checks: Checks, programs: string): Promise<void> {
  // Both want versions of the same libraries that don't go together.
  const scanner = await pythonEnvironment({
    name: 'checkov',
    requirements: new URL('./requirements-checkov.txt', import.meta.url),
    versions: ['3.11', '3.12', '3.10'],
  });
  const linted = new Set<string>();
  const scanned = new Set<string>();
  await withTemplates(async (what, path) => {
    const found = specificationFindings(JSON.parse(await readFile(path, 'utf8')));
    checks.equal(`AWS's specification, ${what}`, found, []);
    const lint = await lintFindings(programs, path);
    checks.equal(`cfn-lint, ${what}`, beyond(lint, LINT_EXCEPTIONS), []);
    for (const { id } of lint) linted.add(id);
    const scan = await scanFindings(scanner, path);
    checks.equal(`checkov, ${what}`, beyond(scan, SCAN_EXCEPTIONS), []);
    for (const { id } of scan) scanned.add(id);
  });
  checks.equal(
    'each exception from cfn-lint is needed',
    [...linted].sort(),
    Object.keys(LINT_EXCEPTIONS).sort(),
  );
  checks.equal(
    'each exception from checkov is needed',
    [...scanned].sort(),
    Object.keys(SCAN_EXCEPTIONS).sort(),
  );
}

function beyond(
  findings: readonly Finding[],
  exceptions: Readonly<Record<string, string>>,
): readonly string[] {
  return findings.filter(({ id }) => !Object.hasOwn(exceptions, id)).map(({ id, about }) => `${id} ${about}`);
}

async function lintFindings(programs: string, path: string): Promise<readonly Finding[]> {
  const output = await outputOf(join(programs, 'cfn-lint'), ['--format', 'json', '--template', path]);
  return lintResults.parse(JSON.parse(output)).map(({ Rule, Message }) => ({ id: Rule.Id, about: Message }));
}

async function scanFindings(programs: string, path: string): Promise<readonly Finding[]> {
  const args = ['--framework', 'cloudformation', '--output', 'json', '--skip-download', '--file', path];
  const { results } = scanResults.parse(JSON.parse(await outputOf(join(programs, 'checkov'), args)));
  const unread = results.parsing_errors.map((file) => ({ id: 'unreadable', about: file }));
  const failed = results.failed_checks.map(({ check_id, check_name, resource }) => ({
    id: check_id,
    about: `${resource}: ${check_name}`,
  }));
  return [...unread, ...failed];
}

/** What a program prints. Both end with a code of their own when they find something; then it prints all the same. */
async function outputOf(program: string, args: readonly string[]): Promise<string> {
  const env = {
    PATH: `${dirname(program)}:${process.env.PATH ?? ''}`,
    HOME: process.env.HOME,
    LOG_LEVEL: 'ERROR',
  };
  return new Promise((resolve, reject) => {
    const options = { env, timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (stdout.trim() === '') reject(new Error(`${program} printed nothing. ${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
