import { pythonEnvironment } from '../support/python-environment.ts';

/** The folder of the programs of the genuine Prefect 1.4.1. */
export async function prefectEnvironment(): Promise<string> {
  return pythonEnvironment({
    name: 'interop',
    requirements: new URL('./requirements.txt', import.meta.url),
    versions: ['3.10', '3.11'],
  });
}
