import { documentReaders } from '../settings/document-readers.ts';
import { loadSettings } from '../settings/load-settings.ts';
import type { Settings } from '../settings/settings.ts';

/** A deployment has no name yet; with one, the settings are read as the function reads them. */
const IN_LAMBDA = { AWS_LAMBDA_FUNCTION_NAME: 'packaged' };

/** What stands for a document that only the deployed function may be able to read. */
const UNREAD = () => Promise.resolve('{}');

/**
 * The settings as the deployed functions will read them. Where not one is given, a package is made that gets its
 * settings elsewhere.
 * @throws SettingsError
 */
export async function checkedSettings(env: Readonly<Record<string, string | undefined>>): Promise<Settings> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => Boolean(value)));
  const isNothing = Object.keys(given).length === 0;
  return await loadSettings(
    { ...IN_LAMBDA, ...(isNothing ? { PREFECT__BACKEND: 'server' } : given) },
    { readFile: documentReaders.readFile, readHttps: UNREAD, readS3: UNREAD },
  );
}
