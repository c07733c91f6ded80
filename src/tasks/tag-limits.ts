/** ECS's limit for the tags of a task, those that it propagates from the definition included. */
export const MAX_TAGS = 50;

/** ECS's limit for a tag's value, in characters. */
export const MAX_TAG_VALUE_LENGTH = 256;
