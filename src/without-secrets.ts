/** Shorter texts are words that anybody may write. */
const MIN_LENGTH = 8;

/** A text without some others, plain or as JSON has them, that must not be shown. Those of less than 8 characters stay. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const hidden = secrets
    .filter((secret) => secret.length >= MIN_LENGTH)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    // One may hold another.
    .sort((a, b) => b.length - a.length);
  return hidden.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}
