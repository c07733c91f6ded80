import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { baseJobTemplate, noPoolDefaults } from '../../../src/prefect3/base-job-template.ts';

test('the job variables of the example are those of the pool that setup-pool makes', async () => {
  const example = await readFile('examples/prefect-3/etl.py', 'utf8');
  const [, given = ''] = /job_variables=\{\n(.*?)\n {8}\},/s.exec(example) ?? [];
  const names = Array.from(given.matchAll(/^ {12}"(\w+)":/gm), ([, name = '']) => name);
  expect(names.length).toBeGreaterThan(0);
  const { properties = {} } = baseJobTemplate(noPoolDefaults).variables;
  expect(Object.keys(properties)).toEqual(expect.arrayContaining(names));
});
