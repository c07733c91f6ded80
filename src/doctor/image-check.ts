import { placeholdersIn } from '../prefect3/placeholders.ts';
import { type AwsCaller, AwsRefusal } from './aws-caller.ts';
import { type Check, failed, ok, unknown, type Verdict } from './check.ts';
import type { DefaultImages } from './default-images.ts';

/** Docker's grammar of a reference, as far as it matters: a name, and a tag or a digest. */
const REFERENCE =
  /^(?<name>(?:[\w.-]+(?::\d+)?\/)?[a-z\d]+(?:[._/-]+[a-z\d]+)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[a-f\d]{64}))?$/;

const ECR = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[\w-]+)\.amazonaws\.com(?:\.cn)?\/(?<repository>.+)$/;

/**
 * Whether the images of flow runs that choose none can be pulled, as far as that can be told from here.
 * @param find gives these images, or what is to be said where there are none
 */
export function imageCheck(
  aws: AwsCaller,
  find: (signal: AbortSignal) => Promise<DefaultImages | Verdict>,
): Check {
  return {
    name: 'image',
    run: async (signal) => {
      const found = await find(signal);
      if ('status' in found) return found;
      const { images, place } = found;
      const verdicts = await Promise.all(images.map((image) => imageVerdict(aws, image, place, signal)));
      return (
        verdicts.find(({ status }) => status === 'failed') ??
        verdicts.find(({ status }) => status !== 'ok') ??
        ok(verdicts.map(({ detail }) => detail).join(', '))
      );
    },
  };
}

async function imageVerdict(
  aws: AwsCaller,
  image: string,
  place: string,
  signal: AbortSignal,
): Promise<Verdict> {
  if (placeholdersIn(image).length > 0) return unknown(`Prefect fills in ${image}`);
  const { name = '', tag, digest } = REFERENCE.exec(image)?.groups ?? {};
  if (name === '') return failed(`${image} is no reference of an image`, `Correct the image in ${place}.`);
  const { account, region, repository } = ECR.exec(name)?.groups ?? {};
  if (repository === undefined) return ok(`${image} is well formed; only ECR is asked`);
  const imageIds = [digest === undefined ? { imageTag: tag ?? 'latest' } : { imageDigest: digest }];
  try {
    const input = { registryId: account, repositoryName: repository, imageIds };
    await aws.json('ecr', 'DescribeImages', input, signal, region);
    return ok(`${image} is in ECR`);
  } catch (error) {
    if (!(error instanceof AwsRefusal) || !/^(Image|Repository)NotFound/.test(error.code)) throw error;
    return failed(`ECR has no ${image}`, `Push it, or correct the image in ${place}.`);
  }
}
