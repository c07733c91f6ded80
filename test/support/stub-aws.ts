import { onTestFinished, vi } from 'vitest';

/** The SDK's own environment, with nobody's own configuration. */
export const AWS_ENVIRONMENT: Readonly<Record<string, string>> = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'example',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/nowhere/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
};

/** Sets that environment, and what is laid over it, until the test ends. */
export function stubAws(more: Readonly<Record<string, string | undefined>> = {}): void {
  for (const [name, value] of Object.entries({ ...AWS_ENVIRONMENT, ...more })) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}
