import { join } from 'node:path';
import { Mismatch } from './mismatch.ts';
import type { SettingsReader } from './settings-reader.ts';
import type { SettingName } from './setting-value.ts';
import { lookUp, readToml, tomlSource, type ReadFile } from './toml-source.ts';
import type { PythonValue } from '../python/python-repr.ts';

/** Adds what `prefect backend` chose and the user's config.toml, in Prefect's own order. */
export async function addPrefectConfig(reader: SettingsReader, readFile: ReadFile): Promise<void> {
  for (const name of ['PREFECT__BACKEND_CONFIG_PATH', 'PREFECT__USER_CONFIG_PATH'] as const) {
    const path = reader.read(name);
    const content = await tomlOf(reader, name, path, readFile);
    if (content !== undefined) reader.add(tomlSource(path, content));
  }
}

/** Adds the key and the tenant that `prefect auth login` saved for this API. */
export async function addPrefectAuth(reader: SettingsReader, api: string, readFile: ReadFile): Promise<void> {
  const path = join(reader.read('PREFECT__HOME_DIR'), 'auth.toml');
  const content = await tomlOf(reader, 'PREFECT__HOME_DIR', path, readFile);
  const auth = lookUp(content, apiSlug(api));
  const values: Readonly<Record<string, PythonValue | undefined>> = {
    PREFECT__CLOUD__API_KEY: lookUp(auth, 'api_key'),
    PREFECT__CLOUD__TENANT_ID: lookUp(auth, 'tenant_id'),
  };
  reader.add({ origin: path, get: (name) => values[name] });
}

async function tomlOf(reader: SettingsReader, name: SettingName, path: string, readFile: ReadFile) {
  try {
    return await readToml(path, readFile);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    reader.reject(name, path, error.message, error.cause);
    return undefined;
  }
}

/** The table's name in auth.toml: where the API is, in the letters that Prefect keeps. */
function apiSlug(api: string): string {
  const [, host = api] = /^[a-z]+:\/\/([^/?#]+)/i.exec(api) ?? [];
  return host
    .toLowerCase()
    .replace(/[^-.a-z0-9]+/g, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^-|-$/g, '');
}
