import { expect, test } from 'vitest';
import { SettingsError } from '../../../src/errors.ts';
import { loadHealthSettings } from '../../../src/settings/load-health-settings.ts';

test('health needs no other setting to be right', () => {
  const env = { PREFECT__BACKEND: 'wrong', PREFECT__CLOUD__AGENT__CONTROL_TABLE: 'control' };
  expect(loadHealthSettings(env)).toEqual({ controlTable: 'control', healthMaxAgeMs: 120_000 });
});

test('health refuses its own settings when they are wrong', () => {
  expect(() => loadHealthSettings({ PREFECT__CLOUD__AGENT__HEALTH_MAX_AGE_SECONDS: 'soon' })).toThrow(
    SettingsError,
  );
});
