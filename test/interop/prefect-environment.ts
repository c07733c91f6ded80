import { pythonEnvironment } from '../support/python-environment.ts';

/** The genuine Prefects, each with the versions of Python with which it and its pinned requirements work. */
const PREFECTS = {
  prefect1: { requirements: './prefect1/requirements.txt', versions: ['3.10', '3.11'] },
  prefect2: { requirements: './prefect3/requirements-2.txt', versions: ['3.11', '3.12', '3.10'] },
  prefect3: { requirements: './prefect3/requirements.txt', versions: ['3.11', '3.12', '3.13'] },
} as const;

/** The folder of the programs of a genuine Prefect. */
export async function prefectEnvironment(name: keyof typeof PREFECTS): Promise<string> {
  const { requirements, versions } = PREFECTS[name];
  return pythonEnvironment({ name, requirements: new URL(requirements, import.meta.url), versions });
}
