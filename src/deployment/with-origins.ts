import { SettingsError } from '../errors.ts';

/**
 * Settings that are read from parameters, with the place of each in what is said of wrong ones.
 * @param file the stage's, as people know it
 * @param given what wins over it on the command line: `name=value`
 * @throws SettingsError
 */
export async function withOrigins<T>(
  read: () => Promise<T>,
  file: string,
  given: readonly string[] = [],
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    const originOf = (name: string) => (given.some((text) => text.startsWith(`${name}=`)) ? '--param' : file);
    const message = error.message.replaceAll(
      /^(\w+) \(environment\)/gm,
      (_, name: string) => `${name} (${originOf(name)})`,
    );
    throw new SettingsError(message, { cause: error.cause });
  }
}
