import { KEY_NAMES, SECRET_NAME } from './read-api-key-source.ts';
import type { SettingsReader } from './settings-reader.ts';
import type { Settings } from './settings.ts';

const ALLOWED = 'PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY';

/** Refuses a key that could reach tasks in plain text only, unless that is asked for. */
export function refusePlaintextKey(
  reader: SettingsReader,
  { prefect1, ecs }: Pick<Settings, 'prefect1' | 'ecs'>,
): void {
  if (prefect1.apiKey?.kind !== 'value' || ecs.plaintextApiKey || reader.isWrong(ALLOWED)) return;
  const name = KEY_NAMES.find((candidate) => reader.originOf(candidate) !== 'default') ?? KEY_NAMES[0];
  reader.reject(
    name,
    reader.originOf(name),
    'expected a secret that holds the key, got the key itself. Flow runs need it too, and ECS shows it in plain ' +
      `text to everyone who may describe tasks. Set ${SECRET_NAME} to the ARN of a secret that holds it ` +
      `instead of ${KEY_NAMES[0]}, or allow plain text with ${ALLOWED}=true.`,
  );
}
