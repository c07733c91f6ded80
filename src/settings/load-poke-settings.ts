import type { ApiKeySource } from './settings.ts';
import { SettingsReader } from './settings-reader.ts';

/** What the function of pokes needs. */
export interface PokeSettings {
  readonly controlTable: string | undefined;
  /** Name or ARN. */
  readonly pollFunction: string;
  /** undefined: API Gateway authenticates who pokes. */
  readonly secret: ApiKeySource | undefined;
}

/** Reads nothing else, so that it answers while other settings are wrong. @throws SettingsError */
export function loadPokeSettings(env: NodeJS.ProcessEnv): PokeSettings {
  const reader = new SettingsReader(env);
  const arn = reader.read('PREFECT__CLOUD__AGENT__POKE_SECRET');
  const pollFunction = reader.read('PREFECT__CLOUD__AGENT__POLL_FUNCTION') ?? '';
  if (pollFunction === '') {
    reader.note(
      'PREFECT__CLOUD__AGENT__POLL_FUNCTION: expected the name of the poll function, got nothing. Set it.',
    );
  }
  const settings = {
    controlTable: reader.read('PREFECT__CLOUD__AGENT__CONTROL_TABLE'),
    pollFunction,
    secret: arn === undefined ? undefined : ({ kind: 'secret', arn } as const),
  };
  reader.throwIfWrong();
  return settings;
}
