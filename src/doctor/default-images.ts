import * as z from 'zod/mini';
import { AwsError, PrefectApiError, SettingsError } from '../errors.ts';
import { fillTemplate } from '../prefect3/job-variables.ts';
import type { PoolReader } from '../prefect3/pool-reader.ts';
import type { EcsSettings } from '../settings/settings.ts';
import { ok, unknown, type Verdict } from './check.ts';

/** The images that flow runs get which choose none. */
export interface DefaultImages {
  /** In the order of the containers; never empty. */
  readonly images: readonly string[];
  /** What names them. */
  readonly place: string;
}

const definition = z.object({
  containerDefinitions: z.array(z.object({ image: z.catch(z.string(), '') })),
});

const request = z.object({ taskDefinition: z.string().check(z.minLength(1)) });

/** Those of the settings, for Prefect 1; or that there are none. */
export function settingsImages({ taskDefinition }: EcsSettings): DefaultImages | Verdict {
  const images = imagesOf(taskDefinition);
  if (images.length === 0) return ok('the settings name none: flow runs bring their own');
  return { images, place: 'PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION' };
}

/** Those of the work pool, for Prefect 3, whose tasks are made of nothing else; or that there are none. */
export async function poolImages(reader: PoolReader, signal: AbortSignal): Promise<DefaultImages | Verdict> {
  try {
    const { name, baseJobTemplate } = await reader.pool(signal);
    const { task_definition: own, task_run_request: sent } = fillTemplate(baseJobTemplate, {});
    const pinned = request.safeParse(sent).data?.taskDefinition;
    if (pinned !== undefined) {
      return ok(`the work pool \`${name}\` runs the task definition ${pinned} as it is, with its images`);
    }
    const images = imagesOf(own);
    if (images.length > 0) return { images, place: `the base job template of the work pool \`${name}\`` };
    return ok(`the work pool \`${name}\` names none: flow runs bring their own, or get Prefect's`);
  } catch (error) {
    // What is wrong with the pool, or with the key, is said there.
    if (error instanceof SettingsError || error instanceof PrefectApiError || error instanceof AwsError)
      return unknown('the work pool could not be read: see the check `work pool`');
    throw error;
  }
}

function imagesOf(taskDefinition: unknown): readonly string[] {
  const { containerDefinitions = [] } = definition.safeParse(taskDefinition).data ?? {};
  return containerDefinitions.map(({ image }) => image).filter((image) => image !== '');
}
