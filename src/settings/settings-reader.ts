import { inspect } from 'node:util';
import { pythonRepr, type PythonValue } from '../python/python-repr.ts';
import { SettingsError } from '../errors.ts';
import { expandText } from './expand-text.ts';
import { Mismatch } from './mismatch.ts';
import type { Setting } from './setting.ts';
import type { SettingName, SettingValue } from './setting-value.ts';
import { settingsTable } from './settings-table.ts';
import { secret } from './text-parsers.ts';
import type { Source } from './source.ts';
import { withoutSecrets } from '../without-secrets.ts';

const table: Readonly<Record<string, Setting<unknown>>> = settingsTable;

/** Reads settings from sources, the first that has one wins, and collects everything that is wrong. */
export class SettingsReader {
  readonly inLambda: boolean;
  readonly #env: NodeJS.ProcessEnv;
  readonly #sources: Source[];
  readonly #problems: string[] = [];
  readonly #causes: unknown[] = [];
  readonly #wrong = new Set<string>();

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
    this.inLambda = Boolean(env['AWS_LAMBDA_FUNCTION_NAME']);
    this.#sources = [{ origin: 'environment', get: (name) => env[name] }];
  }

  get sources(): readonly Source[] {
    return this.#sources;
  }

  /** Adds sources below those that are there. */
  add(...sources: readonly Source[]): void {
    this.#sources.push(...sources);
  }

  /** The setting's value, or its default. */
  read<N extends SettingName>(name: N): SettingValue<N>;
  read(name: SettingName): unknown {
    for (const source of this.#sources) {
      const value = this.readFrom(source, name);
      if (value !== undefined) return value;
      if (this.isWrong(name)) break;
    }
    return this.#default(name);
  }

  /** What one source holds; undefined when it holds nothing, or something wrong. */
  readFrom<N extends SettingName>(source: Source, name: N): SettingValue<N> | undefined;
  readFrom(source: Source, name: SettingName): unknown {
    const raw = source.get(name);
    if (raw === undefined) return undefined;
    try {
      return table[name]?.parse(raw, this.#expand);
    } catch (error) {
      this.#mismatch(name, source.origin, error);
      return undefined;
    }
  }

  /** Where a setting was found. */
  originOf(name: SettingName): string {
    return this.#sources.find((source) => isSet(source.get(name)))?.origin ?? 'default';
  }

  isWrong(name: SettingName): boolean {
    return this.#wrong.has(name);
  }

  /** Notes what is wrong with a setting. `message` says what was expected, what came and what to do. */
  reject(name: string, origin: string, message: string, cause?: unknown): void {
    this.#wrong.add(name);
    this.note(`${name} (${origin}): ${message}`);
    if (cause !== undefined) this.#causes.push(cause);
  }

  /** Notes what is wrong with no setting in particular. It stays one line, whatever it quotes. */
  note(line: string): void {
    this.#problems.push(line.replace(/[\r\n]+/g, ' '));
  }

  get hasProblems(): boolean {
    return this.#problems.length > 0;
  }

  /** @throws SettingsError with one line for each thing that is wrong, without the keys that any source holds */
  throwIfWrong(): void {
    if (!this.hasProblems) return;
    const keys = this.#keys();
    // Another variable may hold or name a key by mistake, and is quoted.
    const causes = this.#causes.filter((one) => withoutSecrets(inspect(one), keys) === inspect(one));
    const cause = causes.length > 1 ? new AggregateError(causes) : causes[0];
    const message = withoutSecrets(this.#problems.join('\n'), keys);
    throw new SettingsError(message, cause === undefined ? undefined : { cause });
  }

  #keys(): string[] {
    const secrets = Object.entries(table).filter(([, { parse }]) => parse === secret);
    return this.#sources.flatMap((source) =>
      secrets.flatMap(([name]) => {
        const raw = source.get(name);
        return typeof raw === 'string' ? [raw, secret(raw, this.#expand)?.reveal() ?? ''] : [];
      }),
    );
  }

  readonly #expand = (text: string): string => this.#expandWith(text, this.#textOf);

  readonly #expandByDefaults = (text: string): string =>
    this.#expandWith(text, (name) => table[name]?.default);

  #default(name: SettingName): unknown {
    const { parse, default: text } = table[name] ?? {};
    if (parse === undefined || text === undefined) return undefined;
    try {
      const value = parse(text, this.#expand);
      // A setting that the default refers to may be empty, in quotes.
      if (value !== undefined) return value;
    } catch (error) {
      // Or make no sense in it.
      this.#mismatch(name, 'default', error);
    }
    return parse(text, this.#expandByDefaults);
  }

  #mismatch(name: SettingName, origin: string, error: unknown): void {
    if (!(error instanceof Mismatch)) throw error;
    this.reject(name, origin, error.message, error.cause);
  }

  #expandWith(text: string, textOf: (name: string) => string | undefined): string {
    return expandText(text, { env: this.#env, expandHome: !this.inLambda, textOf });
  }

  readonly #textOf = (name: string): string | undefined => {
    const fallback = table[name]?.default;
    // One complaint is enough: what refers to a wrong setting is read as if that were not set.
    if (this.#wrong.has(name)) return fallback === undefined ? undefined : this.#expandByDefaults(fallback);
    const found = this.#sources.map((source) => source.get(name)).find(isSet);
    if (found === undefined) return fallback;
    return typeof found === 'string' ? found : pythonRepr(found);
  };
}

function isSet(value: PythonValue | undefined): value is PythonValue {
  return value !== undefined && value !== null && value !== '';
}
