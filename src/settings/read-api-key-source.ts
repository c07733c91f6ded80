import { KEY_NAMES, type KeyNames } from './key-names.ts';
import { namesPrefect } from './prefect-generation.ts';
import type { SettingsReader } from './settings-reader.ts';
import type { ApiKeySource, Prefect3Settings } from './settings.ts';
import type { Source } from './source.ts';

/**
 * The API key of the first source that has one under any name: a key in the environment wins over one in a file.
 * A `server` needs none, but gets the key that there is, as from Prefect's own client.
 */
export function readApiKeySource(
  reader: SettingsReader,
  backend: 'server' | 'cloud',
): ApiKeySource | undefined {
  const { key } = KEY_NAMES[1];
  const found = readKey(reader, key);
  if (found !== undefined) return found;
  const isWrong = (['PREFECT__BACKEND', key.secret, ...key.names] as const).some((name) =>
    reader.isWrong(name),
  );
  if (backend === 'cloud' && !isWrong && !namesPrefect(reader)) {
    reader.note(
      'Expected the address of a Prefect API, got none. Prefect 3: set PREFECT_API_URL and PREFECT_WORK_POOL. ' +
        `Prefect 1's own server: set PREFECT__BACKEND=server and PREFECT__CLOUD__API. Prefect Cloud 1: set ${key.secret}.`,
    );
  } else if (backend === 'cloud' && !isWrong) {
    reader.note(
      'You have not set an API key for authentication. ' +
        `Set ${key.secret} to the ARN of a secret that holds it, or set PREFECT__CLOUD__API_KEY ` +
        '(older name: PREFECT__CLOUD__AGENT__AUTH_TOKEN).',
    );
  }
  return undefined;
}

/** What Prefect 3 is shown: an auth string wins over a key. */
export function readPrefect3Key(reader: SettingsReader): Pick<Prefect3Settings, 'apiKey' | 'keyKind'> {
  const key = readKey(reader, KEY_NAMES[3].key);
  const authString = readKey(reader, KEY_NAMES[3]['auth-string']);
  return { apiKey: authString ?? key, keyKind: authString === undefined ? 'key' : 'auth-string' };
}

function readKey(reader: SettingsReader, key: KeyNames): ApiKeySource | undefined {
  for (const source of reader.sources) {
    const found = readFrom(reader, source, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readFrom(
  reader: SettingsReader,
  source: Source,
  { names, secret }: KeyNames,
): ApiKeySource | undefined {
  const arn = reader.readFrom(source, secret);
  const keys = names.map((name) => ({ name, value: reader.readFrom(source, name) }));
  const key = keys.find(({ value }) => value !== undefined);
  if (key?.value !== undefined && arn !== undefined) {
    reader.reject(
      secret,
      source.origin,
      `expected one API key, got this and ${key.name}. Remove one of the two.`,
    );
  }
  if (arn !== undefined) return { kind: 'secret', arn };
  return key?.value === undefined ? undefined : { kind: 'value', value: key.value };
}
