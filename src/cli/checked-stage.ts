import { checkedDeployment } from '../deployment/checked-deployment.ts';
import { checkedSettings } from '../deployment/checked-settings.ts';
import { givenParameters } from '../deployment/given-parameters.ts';
import { shownStageFile } from '../deployment/stage-parameters.ts';
import { withOrigins } from '../deployment/with-origins.ts';
import type { CheckedDeployment } from '../doctor/deployment-checks.ts';
import type { Settings } from '../settings/settings.ts';
import type { CliIo } from './cli-io.ts';

interface CheckedStageOptions {
  /** What wins over the stage's file: `name=value`. @default nothing */
  readonly param?: readonly string[];
  /** Reads the settings from the parameters. @default as they are */
  readonly load?: (parameters: CliIo['env']) => Promise<Settings>;
}

/** The settings of a stage as its functions will read them, and what these may use. @throws SettingsError */
export async function checkedStage(
  { deployer: { stages } }: Pick<CliIo, 'deployer'>,
  stage: string,
  { param = [], load = checkedSettings }: CheckedStageOptions,
): Promise<{ readonly settings: Settings; readonly deployment: CheckedDeployment }> {
  const parameters = await givenParameters(stage, stages, param);
  const settings = await withOrigins(() => load(parameters), shownStageFile(stage, stages), param);
  return { settings, deployment: await checkedDeployment(stage, settings.ecs, parameters) };
}
