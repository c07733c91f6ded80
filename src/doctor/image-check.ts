import * as z from 'zod/mini';
import type { EcsSettings } from '../settings/settings.ts';
import { type AwsCaller, AwsRefusal } from './aws-caller.ts';
import { type Check, failed, ok, type Verdict } from './check.ts';

const definition = z.object({
  containerDefinitions: z.array(z.looseObject({ image: z.exactOptional(z.string()) })),
});

/** Docker's grammar of a reference, as far as it matters: a name, and a tag or a digest. */
const REFERENCE =
  /^(?<name>(?:[\w.-]+(?::\d+)?\/)?[a-z\d]+(?:[._/-]+[a-z\d]+)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[a-f\d]{64}))?$/;

const ECR = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[\w-]+)\.amazonaws\.com(?:\.cn)?\/(?<repository>.+)$/;

/** Whether the images of the agent's own task definition can be pulled, as far as that can be told from here. */
export function imageCheck(aws: AwsCaller, { taskDefinition }: EcsSettings): Check {
  const { data } = definition.safeParse(taskDefinition);
  const images = data?.containerDefinitions.flatMap(({ image = '' }) => (image === '' ? [] : [image])) ?? [];
  return {
    name: 'image',
    run: async (signal) => {
      if (images.length === 0) return ok('the settings name none: flow runs bring their own');
      const verdicts = await Promise.all(images.map((image) => imageVerdict(aws, image, signal)));
      return (
        verdicts.find(({ status }) => status !== 'ok') ?? ok(verdicts.map(({ detail }) => detail).join(', '))
      );
    },
  };
}

async function imageVerdict(aws: AwsCaller, image: string, signal: AbortSignal): Promise<Verdict> {
  const { name = '', tag, digest } = REFERENCE.exec(image)?.groups ?? {};
  if (name === '') {
    return failed(
      `${image} is no reference of an image`,
      'Correct the image in PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION.',
    );
  }
  const { account, region, repository } = ECR.exec(name)?.groups ?? {};
  if (repository === undefined) return ok(`${image} is well formed; only ECR is asked`);
  const imageIds = [digest === undefined ? { imageTag: tag ?? 'latest' } : { imageDigest: digest }];
  try {
    const input = { registryId: account, repositoryName: repository, imageIds };
    await aws.json('ecr', 'DescribeImages', input, signal, region);
    return ok(`${image} is in ECR`);
  } catch (error) {
    if (!(error instanceof AwsRefusal) || !/^(Image|Repository)NotFound/.test(error.code)) throw error;
    return failed(
      `ECR has no ${image}`,
      'Push it, or correct the image in PREFECT__CLOUD__AGENT__ECS__TASK_DEFINITION.',
    );
  }
}
