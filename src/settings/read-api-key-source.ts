import { namesPrefect } from './prefect-generation.ts';
import type { SettingsReader } from './settings-reader.ts';
import type { ApiKeySource, Prefect1Settings, Prefect3Settings } from './settings.ts';
import type { Source } from './source.ts';

/** By precedence: Prefect's name, then its older ones. */
export const KEY_NAMES = [
  'PREFECT__CLOUD__API_KEY',
  'PREFECT__CLOUD__AGENT__AUTH_TOKEN',
  'PREFECT__CLOUD__AUTH_TOKEN',
] as const;
const SECRET_NAME = 'PREFECT__CLOUD__API_KEY_SECRET';

/**
 * The API key of the first source that has one under any name: a key in the environment wins over one in a file.
 * A `server` needs none, but gets the key that there is, as from Prefect's own client.
 */
export function readApiKeySource(
  reader: SettingsReader,
  backend: 'server' | 'cloud',
): ApiKeySource | undefined {
  for (const source of reader.sources) {
    const found = readFrom(reader, source, KEY_NAMES, SECRET_NAME);
    if (found !== undefined) return found;
  }
  const isWrong = (['PREFECT__BACKEND', SECRET_NAME, ...KEY_NAMES] as const).some((name) =>
    reader.isWrong(name),
  );
  if (backend === 'cloud' && !isWrong && !namesPrefect(reader)) {
    reader.note(
      'Expected the address of a Prefect API, got none. Prefect 3: set PREFECT_API_URL and PREFECT_WORK_POOL. ' +
        `Prefect 1's own server: set PREFECT__BACKEND=server and PREFECT__CLOUD__API. Prefect Cloud 1: set ${SECRET_NAME}.`,
    );
  } else if (backend === 'cloud' && !isWrong) {
    reader.note(
      'You have not set an API key for authentication. ' +
        `Set ${SECRET_NAME} to the ARN of a secret that holds it, or set PREFECT__CLOUD__API_KEY ` +
        '(older name: PREFECT__CLOUD__AGENT__AUTH_TOKEN).',
    );
  }
  return undefined;
}

/** The settings that hold the key, by precedence, and the one that names a secret which does. */
export function keyNames(prefect: Prefect1Settings | Prefect3Settings) {
  if (prefect.generation === 1) return { names: KEY_NAMES, secret: SECRET_NAME };
  const name = prefect.keyKind === 'key' ? 'PREFECT_API_KEY' : 'PREFECT_API_AUTH_STRING';
  return { names: [name], secret: `${name}_SECRET` } as const;
}

/** What Prefect 3 is shown: an auth string wins over a key. */
export function readPrefect3Key(reader: SettingsReader): Pick<Prefect3Settings, 'apiKey' | 'keyKind'> {
  const readAll = (name: 'PREFECT_API_AUTH_STRING' | 'PREFECT_API_KEY') =>
    reader.sources.map((source) => readFrom(reader, source, [name], `${name}_SECRET`)).find(Boolean);
  const key = readAll('PREFECT_API_KEY');
  const authString = readAll('PREFECT_API_AUTH_STRING');
  return { apiKey: authString ?? key, keyKind: authString === undefined ? 'key' : 'auth-string' };
}

type KeyName = (typeof KEY_NAMES)[number] | 'PREFECT_API_KEY' | 'PREFECT_API_AUTH_STRING';
type SecretName = typeof SECRET_NAME | 'PREFECT_API_KEY_SECRET' | 'PREFECT_API_AUTH_STRING_SECRET';

function readFrom(
  reader: SettingsReader,
  source: Source,
  names: readonly KeyName[],
  secretName: SecretName,
): ApiKeySource | undefined {
  const arn = reader.readFrom(source, secretName);
  const keys = names.map((name) => ({ name, value: reader.readFrom(source, name) }));
  const key = keys.find(({ value }) => value !== undefined);
  if (key?.value !== undefined && arn !== undefined) {
    reader.reject(
      secretName,
      source.origin,
      `expected one API key, got this and ${key.name}. Remove one of the two.`,
    );
  }
  if (arn !== undefined) return { kind: 'secret', arn };
  return key?.value === undefined ? undefined : { kind: 'value', value: key.value };
}
