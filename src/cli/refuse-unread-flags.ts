import { SettingsError } from '../errors.ts';
import type { SettingsFlag } from './settings-flags.ts';

/**
 * Refuses flags that the Prefect in question would not read: whoever gives one wants something of it.
 * @param signs what makes the settings those of Prefect 3; none: they are those of Prefect 1
 * @throws SettingsError with a line for each of them
 */
export function refuseUnreadFlags(given: readonly SettingsFlag[], signs: readonly string[]): void {
  const generation = signs.length === 0 ? 1 : 3;
  const unread = given.filter(({ only }) => only !== undefined && only !== generation);
  if (unread.length === 0) return;
  const lines = unread.map(({ option }) => refusal(option.long ?? '', signs));
  throw new SettingsError(lines.join('\n'));
}

function refusal(flag: string, signs: readonly string[]): string {
  if (signs.length > 0) {
    return (
      `${flag} is for Prefect 1, and the settings are those of Prefect 3: they have ${signs.join(', ')}. ` +
      `Leave ${flag} out, or those for Prefect 1.`
    );
  }
  return (
    `${flag} is for Prefect 3, and the settings are those of Prefect 1: they name no work pool. ` +
    `Name it with --pool (PREFECT_WORK_POOL) and its API with --api (PREFECT_API_URL), or leave ${flag} out.`
  );
}
