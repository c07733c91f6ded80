/**
 * Of a client of the AWS SDK: the region, and waits with bounds.
 * @param requestTimeout how long an answer may take, in milliseconds
 */
export function clientConfig({ region }: { readonly region?: string | undefined }, requestTimeout = 10_000) {
  return {
    ...(region !== undefined && { region }),
    requestHandler: { connectionTimeout: 3000, requestTimeout, throwOnRequestTimeout: true },
  };
}
