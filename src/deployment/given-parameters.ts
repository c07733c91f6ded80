import { SettingsError } from '../errors.ts';
import { readStageParameters } from './stage-parameters.ts';

/**
 * The parameters of a stage: those of its file, and over them the given ones.
 * @param given as on the command line: `name=value`
 * @throws SettingsError when the file is wrong, or there is not one parameter
 */
export async function givenParameters(
  stage: string,
  folder: string,
  given: readonly string[] = [],
): Promise<Readonly<Record<string, string>>> {
  const ofStage = await readStageParameters(stage, folder);
  const pairs = given.map((text) => [text.replace(/=.*/s, ''), text.replace(/^[^=]*=/, '')]);
  const all = { ...ofStage, ...(Object.fromEntries(pairs) as Record<string, string>) };
  if (Object.keys(all).length > 0) return all;
  throw new SettingsError(
    `Expected the parameters of the stage ${stage} in infra/stages/${stage}.yml, got none. ` +
      'docs/deploy.md says which are needed.',
  );
}
