import { Checks } from '../support/checks.ts';
import { pythonEnvironment } from '../support/python-environment.ts';
import { checkLifecycle } from './check-lifecycle.ts';
import { checkSpecification } from './check-specification.ts';
import { checkTemplates } from './check-templates.ts';

const programs = await pythonEnvironment({
  name: 'deploy',
  requirements: new URL('./requirements.txt', import.meta.url),
  versions: ['3.11', '3.12', '3.10', '3.13'],
});
const checks = new Checks();
checkSpecification(checks);
await checkTemplates(checks, programs);
await checkLifecycle(checks, programs);
process.exitCode = checks.end();
