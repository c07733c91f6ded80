import type { Secret } from '../secret.ts';

/** How the flow process gets the API key. */
export type FlowRunKey =
  | { readonly kind: 'none' }
  | { readonly kind: 'value'; readonly value: Secret }
  | {
      readonly kind: 'secret';
      /** Of a Secrets Manager secret or an SSM parameter, as ECS takes it. */
      readonly arn: string;
      /** What the secret holds, where it was read to be given in plain text. */
      readonly value?: Secret | undefined;
    };

/**
 * The key for a task whose definition the user registered: it may lack the secret, so the run is given what is in it
 * where that is allowed.
 */
export async function keyForPinned(
  key: FlowRunKey,
  { plaintextApiKey }: { readonly plaintextApiKey: boolean },
  read: () => Promise<Secret | undefined>,
): Promise<FlowRunKey> {
  return plaintextApiKey && key.kind === 'secret' ? { ...key, value: await read() } : key;
}
