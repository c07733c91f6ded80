import type { SettingsReader } from './settings-reader.ts';
import type { ApiKeySource } from './settings.ts';

/** By precedence: Prefect's name, then its older ones. */
export const KEY_NAMES = [
  'PREFECT__CLOUD__API_KEY',
  'PREFECT__CLOUD__AGENT__AUTH_TOKEN',
  'PREFECT__CLOUD__AUTH_TOKEN',
] as const;
export const SECRET_NAME = 'PREFECT__CLOUD__API_KEY_SECRET';

/**
 * The API key of the first source that has one under any name: a key in the environment wins over one in a file.
 * A `server` needs none, but gets the key that there is, as from Prefect's own client.
 */
export function readApiKeySource(
  reader: SettingsReader,
  backend: 'server' | 'cloud',
): ApiKeySource | undefined {
  for (const source of reader.sources) {
    const arn = reader.readFrom(source, SECRET_NAME);
    const keys = KEY_NAMES.map((name) => ({ name, value: reader.readFrom(source, name) }));
    const key = keys.find(({ value }) => value !== undefined);
    if (key?.value !== undefined && arn !== undefined) {
      reader.reject(
        SECRET_NAME,
        source.origin,
        `expected one API key, got this and ${key.name}. Remove one of the two.`,
      );
    }
    if (arn !== undefined) return { kind: 'secret', arn };
    if (key?.value !== undefined) return { kind: 'value', value: key.value };
  }
  const isWrong = (['PREFECT__BACKEND', SECRET_NAME, ...KEY_NAMES] as const).some((name) =>
    reader.isWrong(name),
  );
  if (backend === 'cloud' && !isWrong) {
    reader.note(
      'You have not set an API key for authentication. ' +
        `Set ${SECRET_NAME} to the ARN of a secret that holds it, or set PREFECT__CLOUD__API_KEY ` +
        '(older name: PREFECT__CLOUD__AGENT__AUTH_TOKEN).',
    );
  }
  return undefined;
}
