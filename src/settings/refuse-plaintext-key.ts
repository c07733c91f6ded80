import { keyNames } from './key-names.ts';
import type { SettingsReader } from './settings-reader.ts';
import type { Settings } from './settings.ts';

const ALLOWED = 'PREFECT__CLOUD__AGENT__ECS__PLAINTEXT_API_KEY';

/** Refuses a key that could reach tasks in plain text only, unless that is asked for. */
export function refusePlaintextKey(
  reader: SettingsReader,
  { prefect, ecs }: Pick<Settings, 'prefect' | 'ecs'>,
): void {
  if (prefect.apiKey?.kind !== 'value' || ecs.plaintextApiKey || reader.isWrong(ALLOWED)) return;
  const { names, secret } = keyNames(prefect);
  const name = names.find((candidate) => reader.originOf(candidate) !== 'default') ?? names[0];
  reader.reject(
    name,
    reader.originOf(name),
    'expected a secret that holds the key, got the key itself. Flow runs need it too, and ECS shows it in plain ' +
      `text to everyone who may describe tasks. Set ${secret} to the ARN of a secret that holds it ` +
      `instead of ${names[0]}, or allow plain text with ${ALLOWED}=true.`,
  );
}
