import { FlowRunError } from '../errors.ts';
import type { Flow } from './flow-run.ts';
import { typeText } from './type-text.ts';

/** As `StorageSchema` of Prefect 1.4.1. */
const STORAGE_TYPES = new Set([
  'Azure',
  'Bitbucket',
  'CodeCommit',
  'Docker',
  'GCS',
  'Git',
  'GitHub',
  'GitLab',
  'Local',
  'Module',
  'S3',
  'Storage',
  'Webhook',
]);

/**
 * The image that a flow runs in: of its Docker storage, else of the run config, else of the task definition,
 * else Prefect's own for the flow's version. As `get_flow_image` of Prefect 1.4.1.
 * @throws FlowRunError when the storage is none of Prefect's, or a Docker storage does not say which image it built.
 */
export function flowImage(
  flow: Flow,
  runConfigImage: string | null | undefined,
  definitionImage: string | undefined,
): string {
  if (isDockerStorage(flow)) return dockerImage(flow);
  if (runConfigImage != null) return runConfigImage;
  if (definitionImage !== undefined) return definitionImage;
  const [version = 'latest'] = (flow.coreVersion ?? 'latest').split('+');
  return `prefecthq/prefect:${version}`;
}

/** @throws FlowRunError for a storage that is none of Prefect's. */
export function isDockerStorage({ storage }: Flow): boolean {
  // A flow without a storage is the flow process's business.
  if (storage === null) return false;
  const { type } = storage;
  if (typeof type === 'string' && STORAGE_TYPES.has(type)) return type === 'Docker';
  throw new FlowRunError(`flow.storage.type: expected one of Prefect 1's storages, got ${typeText(type)}`);
}

function dockerImage({ storage }: Flow): string {
  const { registry_url: registry, image_name: name, image_tag: tag } = storage ?? {};
  if (typeof name !== 'string' || typeof tag !== 'string') {
    throw new FlowRunError('Docker storage is missing required fields image_name and image_tag');
  }
  const image = `${name}:${tag}`;
  return typeof registry === 'string' ? `${normalized(registry)}${image}` : image;
}

/** As Python joins paths: doubled slashes and dots go. */
function normalized(registry: string): string {
  const segments = registry.split('/').filter((segment) => segment !== '' && segment !== '.');
  return segments.map((segment) => `${segment}/`).join('');
}
