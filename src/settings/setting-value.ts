import type { Parser } from './setting.ts';
import type { settingsTable } from './settings-table.ts';

export type SettingName = keyof typeof settingsTable;

type Parsed<S> = S extends { readonly parse: Parser<infer T> } ? T : never;

/** What a setting gives: always a value when it has a default. */
export type SettingValue<N extends SettingName> = (typeof settingsTable)[N] extends {
  readonly default: string;
}
  ? Parsed<(typeof settingsTable)[N]>
  : Parsed<(typeof settingsTable)[N]> | undefined;
