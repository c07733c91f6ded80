import { describe, expect, test } from 'vitest';
import { SettingsReader } from '../../../src/settings/settings-reader.ts';
import type { SettingName } from '../../../src/settings/setting-value.ts';
import type { Setting } from '../../../src/settings/setting.ts';
import { settingsTable } from '../../../src/settings/settings-table.ts';

const entries = Object.entries<Setting<unknown>>(settingsTable);

describe.each(entries)('the setting %s', (name, setting) => {
  test('has a description of one line, and either a default or the meaning of having none', () => {
    expect(setting.description).toMatch(/^[^\n|]+\.$/);
    expect(setting.default === undefined).toBe(setting.whenUnset !== undefined);
  });

  test('has a default that its own parser takes', () => {
    const reader = new SettingsReader({ HOME: '/home/me' });
    const value = reader.read(name as SettingName);
    reader.throwIfWrong();
    expect(value === undefined).toBe(setting.default === undefined);
  });

  test('counts as not set when it is empty', () => {
    const empty = new SettingsReader({ HOME: '/home/me', [name]: ' ' });
    const unset = new SettingsReader({ HOME: '/home/me' });
    expect(empty.read(name as SettingName)).toEqual(unset.read(name as SettingName));
    empty.throwIfWrong();
  });
});
