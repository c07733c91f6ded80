import * as z from 'zod/mini';

const inputTransformer = z.strictObject({
  InputPathsMap: z.record(z.string(), z.string()),
  InputTemplate: z.string(),
});

/**
 * What EventBridge hands a target instead of the event, by the target's InputTransformer.
 * Of paths it knows names with dots between them, and of templates those that are JSON.
 */
export function transformed(transformer: unknown, event: unknown): unknown {
  const { InputPathsMap, InputTemplate } = inputTransformer.parse(transformer);
  const text = InputTemplate.replace(/<(\w+)>/g, (_, name: string) => {
    const path = InputPathsMap[name];
    if (path?.startsWith('$.') !== true) throw new Error(`Expected a path for ${name}, got ${String(path)}.`);
    return JSON.stringify(valueAt(event, path.slice(2).split('.')));
  });
  return JSON.parse(text);
}

const valueAt = (event: unknown, path: readonly string[]) =>
  path.reduce<unknown>((value, name) => z.record(z.string(), z.unknown()).parse(value)[name], event);
