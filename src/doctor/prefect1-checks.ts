import { AwsError, PrefectApiError } from '../errors.ts';
import type { Prefect1Client } from '../prefect1/client.ts';
import { resolveTenant } from '../prefect1/connect.ts';
import { HELLO, TENANT } from '../prefect1/operations.ts';
import type { Prefect1Settings } from '../settings/settings.ts';
import { apiVerdict } from './api-verdict.ts';
import { type Check, failed, ok, type Verdict } from './check.ts';

/** Whether the API answers, takes the key, and has the tenant. */
export function prefect1Checks(client: Prefect1Client, settings: Prefect1Settings): readonly Check[] {
  return [
    {
      name: 'Prefect API',
      run: async (signal) => {
        try {
          await client.request(HELLO, {}, signal);
          return await tenantVerdict(client, settings, signal);
        } catch (error) {
          if (error instanceof PrefectApiError || error instanceof AwsError) return apiVerdict(error);
          throw error;
        }
      },
    },
  ];
}

async function tenantVerdict(
  client: Prefect1Client,
  { api, backend, tenantId }: Prefect1Settings,
  signal: AbortSignal,
): Promise<Verdict> {
  if (tenantId !== undefined && backend === 'server') {
    const { tenant } = await client.request(TENANT, {}, signal);
    if (!tenant.some(({ id }) => id === tenantId)) {
      return failed(
        `${api} answers, and has no tenant ${tenantId}`,
        'Correct PREFECT__CLOUD__TENANT_ID, or unset it: the tenant is then asked of the API.',
      );
    }
  }
  client.tenantId = tenantId;
  const found = await resolveTenant({ client, backend }, signal);
  return ok(`${api} answers, the tenant is ${found}`);
}
