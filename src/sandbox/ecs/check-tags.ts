import type { Tag } from '@aws-sdk/client-ecs';
import { EcsError } from './ecs-error.ts';

/** Letters, numbers and spaces of any script, and a few signs. */
const TAG_TEXT = /^[\p{L}\p{N}\p{Z}+\-=._:/@]*$/u;

/** @throws EcsError when AWS would not take these tags. */
export function checkTags(tags: readonly Tag[] = []): void {
  if (tags.length > 50) refuse(`Tags can have a maximum of 50 entries, got ${tags.length}.`);
  if (new Set(tags.map(({ key }) => key)).size < tags.length) refuse('Duplicate tag keys are not allowed.');
  for (const { key = '', value = '' } of tags) {
    if (key === '' || key.length > 128) refuse('A tag key must have 1 to 128 characters.');
    if (value.length > 256) refuse(`The value of tag ${key} must have 256 characters at most.`);
    if (!TAG_TEXT.test(key) || !TAG_TEXT.test(value)) {
      refuse(`The tag ${key}=${value} has characters beyond letters, numbers, spaces and + - = . _ : / @.`);
    }
    if (/^aws:/i.test(key)) refuse(`The tag key ${key} begins with aws:, which is reserved.`);
  }
}

function refuse(message: string): never {
  throw new EcsError('InvalidParameterException', message);
}
