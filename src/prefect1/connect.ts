import type { AgentIdentity } from '../agent/prefect-backend.ts';
import type { Prefect1Client } from './client.ts';
import { PrefectApiError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { AGENT_CONFIG, AUTH_INFO, HELLO, REGISTER_AGENT, TENANT } from './operations.ts';

export interface ConnectOptions {
  readonly client: Prefect1Client;
  readonly api: string;
  readonly backend: 'server' | 'cloud';
  readonly logger: Logger;
}

/**
 * Finds the tenant, registers the agent and sees that the API answers it, in the genuine agent's order.
 * @throws PrefectApiError
 */
export async function connect(
  options: ConnectOptions,
  { type, name, labels, agentConfigId }: AgentIdentity,
  signal: AbortSignal,
): Promise<void> {
  const { client, api, logger } = options;
  const tenantId = await resolveTenant(options, signal);
  logger.info(
    agentConfigId === undefined
      ? 'Registering agent...'
      : `Registering agent with config ID ${agentConfigId}...`,
  );
  const input = {
    type,
    name,
    labels: [...labels],
    tenant_id: tenantId,
    agent_config_id: agentConfigId ?? null,
  };
  const { register_agent: registered } = await client.request(REGISTER_AGENT, { input }, signal);
  if (!registered?.id) throw refusal('Error registering agent: expected an id, got none.');
  client.agentId = registered.id;
  logger.info('Registration successful!');
  logger.debug(`Assigned agent id: ${registered.id}`);
  logger.debug(`Sending test query to API at '${api}'...`);
  await client.request(HELLO, {}, signal);
  logger.debug('Test query successful!');
  if (agentConfigId !== undefined) await loadAgentConfig(client, agentConfigId, logger, signal);
}

/** The tenant, looked up once where none is configured. @throws PrefectApiError when there is none. */
export async function resolveTenant(
  { client, backend }: Pick<ConnectOptions, 'client' | 'backend'>,
  signal: AbortSignal,
): Promise<string> {
  client.tenantId ??= await (backend === 'cloud' ? keysTenant(client, signal) : firstTenant(client, signal));
  return client.tenantId;
}

async function firstTenant(client: Prefect1Client, signal: AbortSignal): Promise<string> {
  const { tenant } = await client.request(TENANT, {}, signal);
  const [first] = tenant;
  if (first === undefined) {
    throw refusal(
      'Your Prefect Server instance has no tenants. Create a tenant with `prefect server create-tenant`.',
    );
  }
  return first.id;
}

async function keysTenant(client: Prefect1Client, signal: AbortSignal): Promise<string> {
  const { auth_info: info } = await client.request(AUTH_INFO, {}, signal);
  if (!info?.tenant_id) {
    throw refusal(
      'An API token was used as an API key. There is no tenant associated with API tokens. Use an API key for authentication.',
    );
  }
  return info.tenant_id;
}

/** The genuine agent reads the settings, logs them and uses none of them; an unknown id stops it. */
async function loadAgentConfig(
  client: Prefect1Client,
  id: string,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const { agent_config: rows } = await client.request(AGENT_CONFIG, { id }, signal);
  if (rows.length === 0) {
    throw refusal(
      `Expected PREFECT__CLOUD__AGENT__AGENT_CONFIG_ID to name an agent configuration, but the API has none with the id ${id}.`,
    );
  }
  logger.debug(`Loaded agent config ID: ${id}`);
}

function refusal(message: string): PrefectApiError {
  return new PrefectApiError(message, { effect: 'none', transient: false });
}
