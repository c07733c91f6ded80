import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { SettingsError } from '../errors.ts';

export interface AgentServerHooks {
  /** Why the agent is not healthy; undefined when it is. */
  readonly unhealthy: () => string | undefined;
  readonly poke: () => void;
}

/**
 * The address of the agent's own API.
 * @throws SettingsError when it names no port, as the genuine agent does.
 */
function parseAgentAddress(address: string): { host: string; port: number } {
  const [, host, port] = /^https?:\/\/(\[[^\]]+\]|[^:/]+):(\d+)\/?$/.exec(address) ?? [];
  if (host === undefined || port === undefined) {
    throw new SettingsError(
      `Must specify port in agent address: expected http://host:port in PREFECT__CLOUD__AGENT__AGENT_ADDRESS, got '${address}'.`,
    );
  }
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** Serves `GET /api/health` and `GET /api/poke` of a long-lived agent. Close it when the agent ends. */
export async function serveAgentApi(address: string, hooks: AgentServerHooks): Promise<Server> {
  const { host, port } = parseAgentAddress(address);
  const server = createServer((request, response) => {
    if (request.url !== '/api/health' && request.url !== '/api/poke') {
      response.writeHead(404).end();
    } else if (request.method !== 'GET') {
      response.writeHead(405, { allow: 'GET' }).end();
    } else if (request.url === '/api/poke') {
      hooks.poke();
      response.writeHead(200).end();
    } else {
      const reason = hooks.unhealthy();
      response.writeHead(reason === undefined ? 200 : 503, {
        'content-type': 'application/json; charset=UTF-8',
      });
      response.end(JSON.stringify(reason === undefined ? {} : { reason }));
    }
  });
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}
