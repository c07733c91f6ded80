import { expect, test } from 'vitest';
import { httpStandIn, json } from '../../support/http-stand-in.ts';
import { backendFor, cloud, IDENTITY, KEY, never, prefect1 } from '../../support/prefect1.ts';

test('connecting looks up the tenant, registers and says hello, in this order (conformance 8, 10, 12)', async () => {
  const { backend, api, logger } = await prefect1();
  await backend.connect({ ...IDENTITY, labels: ['prod', 'b'] }, never);
  expect(api.requests.map(({ operation }) => operation)).toEqual(['tenant', 'register_agent', 'hello']);
  expect(api.requests[1]?.variables).toEqual({
    input: {
      type: 'ECSAgent',
      name: 'agent',
      labels: ['prod', 'b'],
      tenant_id: backend.tenantId,
      agent_config_id: null,
    },
  });
  expect(logger.messages()).toEqual([
    'Registering agent...',
    'Registration successful!',
    `Assigned agent id: ${String(api.agents()[0]?.id)}`,
    `Sending test query to API at '${api.endpoint}'...`,
    'Test query successful!',
  ]);
});

test('a configured tenant is not looked up (conformance 8)', async () => {
  const { backend, api } = await prefect1({}, { tenantId: '77777777-1111-4111-8111-777777777777' });
  await backend.connect(IDENTITY, never);
  expect(api.calls).toEqual({ register_agent: 1, hello: 1 });
});

test('Prefect Cloud is asked for the tenant of the key (conformance 8)', async () => {
  const { backend, api } = await prefect1({ apiKey: KEY }, cloud);
  await backend.connect(IDENTITY, never);
  expect(api.calls).toEqual({ auth_info: 1, register_agent: 1, hello: 1 });
});

test('a server without tenants says how to make one (conformance 9)', async () => {
  const { endpoint } = await httpStandIn((_, response) => {
    json(response, 200, { data: { tenant: [] } });
  });
  await expect(backendFor(endpoint).backend.connect(IDENTITY, never)).rejects.toThrow(
    'Your Prefect Server instance has no tenants. Create a tenant with `prefect server create-tenant`.',
  );
});

test('an API token in place of a key is told from one (conformance 9)', async () => {
  const { endpoint } = await httpStandIn((_, response) => {
    json(response, 200, { data: { auth_info: { tenant_id: null } } });
  });
  await expect(backendFor(endpoint, cloud).backend.connect(IDENTITY, never)).rejects.toThrow(
    'An API token was used as an API key.',
  );
});

test('a registration without an id fails the start (conformance 11)', async () => {
  const { endpoint } = await httpStandIn((_, response) => {
    json(response, 200, { data: { register_agent: { id: null }, tenant: [{ id: 'x' }] } });
  });
  await expect(backendFor(endpoint).backend.connect(IDENTITY, never)).rejects.toThrow(
    'Error registering agent',
  );
});

test('the agent configuration is loaded after registering (conformance 13)', async () => {
  const { backend, api, logger } = await prefect1();
  const { id } = api.createAgentConfig({ labels: ['ignored'] });
  await backend.connect({ ...IDENTITY, agentConfigId: id }, never);
  expect(api.requests.map(({ operation }) => operation)).toEqual([
    'tenant',
    'register_agent',
    'hello',
    'agent_config',
  ]);
  expect(logger.messages()).toContain(`Registering agent with config ID ${id}...`);
  expect(logger.messages()).toContain(`Loaded agent config ID: ${id}`);
});

test('an unknown agent configuration fails the start, and the error names the setting (conformance 13)', async () => {
  const { backend } = await prefect1();
  const agentConfigId = '77777777-1111-4111-8111-777777777777';
  await expect(backend.connect({ ...IDENTITY, agentConfigId }, never)).rejects.toThrow(
    `Expected PREFECT__CLOUD__AGENT__AGENT_CONFIG_ID to name an agent configuration, but the API has none with the id ${agentConfigId}.`,
  );
});

test('registering again is the same agent (conformance 15)', async () => {
  const { backend, api } = await prefect1();
  await backend.connect(IDENTITY, never);
  await backend.connect(IDENTITY, never);
  expect(api.agents()).toHaveLength(1);
});
