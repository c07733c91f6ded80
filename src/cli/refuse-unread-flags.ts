import { SettingsError } from '../errors.ts';
import { PREFECT_NAMES, type ServedPrefect } from '../settings/prefect-names.ts';
import type { SettingName } from '../settings/setting-value.ts';
import { type SettingsFlag, settingsFlags } from './settings-flags.ts';

/**
 * Refuses flags that the Prefect in question would not read: whoever gives one wants something of it.
 * @throws SettingsError with a line for each of them
 */
export function refuseUnreadFlags(given: readonly SettingsFlag[], served: ServedPrefect): void {
  const named = served.named.map(
    (name) => given.find(({ variable }) => variable === name)?.option.long ?? name,
  );
  const lines = given.flatMap(({ option: { long: flag = '' }, only }) => {
    if (only === undefined || only === served.generation) return [];
    const what = `${flag} is for Prefect ${only}, and the settings are those of Prefect ${served.generation}`;
    return named.length > 0
      ? `${what}: they have ${named.join(', ')}. Leave ${flag} out, or those for Prefect ${only}.`
      : `${what}. For Prefect ${only} set ${PREFECT_NAMES[only].required.map(withFlag).join(' and ')}, or leave ${flag} out.`;
  });
  if (lines.length > 0) throw new SettingsError(lines.join('\n'));
}

function withFlag(name: SettingName): string {
  const flag = settingsFlags.find(({ variable, ofPrefect3 }) =>
    [variable, ofPrefect3?.variable].includes(name),
  );
  return flag === undefined ? name : `${name} (${flag.option.long ?? ''})`;
}
