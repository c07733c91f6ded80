import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../clock.ts';
import { describeError } from '../../describe-error.ts';
import { AgentError } from '../../errors.ts';
import type { Status } from '../read-status.ts';
import { loadStatusPage, type StatusPage } from './status-page.ts';

/** However many look at the page, AWS is asked once in this time. */
const KEPT_MS = 5000;

/** A page in a browser needs two connections or three. */
const MAX_CONNECTIONS = 64;

export interface ServeStatusOptions {
  readonly read: () => Promise<Status>;
  readonly clock: Clock;
  /** 0: any that is free. */
  readonly port: number;
}

export interface StatusServer extends AsyncDisposable {
  /** The address of the page. */
  readonly url: string;
}

/** Serves the status on 127.0.0.1, as a page and as JSON. @throws AgentError when the port can't be had */
export async function serveStatus({ read, clock, port }: ServeStatusOptions): Promise<StatusServer> {
  const page = await loadStatusPage();
  const latest = keptFor(KEPT_MS, clock, read);
  const server = createServer((request, response) => {
    void answer(request, response, page, latest);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new AgentError(`Could not serve on port ${port}: ${describeError(error)}. Take another --port.`, {
      cause: error,
    });
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { html, policy }: StatusPage,
  latest: () => Promise<Status>,
): Promise<void> {
  const send = (status: number, type: string, body: string) => {
    response.writeHead(status, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  };
  // A page from elsewhere may have its own name resolve to 127.0.0.1, and then read what is served here.
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
    send(421, 'text/plain', 'Only 127.0.0.1 and localhost are served.\n');
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(405, 'text/plain', 'Only GET and HEAD are served.\n');
  } else if (request.url === '/') {
    send(200, 'text/html', html);
  } else if (request.url === '/status.json') {
    try {
      send(200, 'application/json', JSON.stringify(await latest()));
    } catch (error) {
      const text = error instanceof AgentError ? error.message : describeError(error);
      send(502, 'application/json', JSON.stringify({ error: text }));
    }
  } else {
    send(404, 'text/plain', 'There is nothing here.\n');
  }
}

/** Gives the same answer for some time, and one that is on its way to all who ask meanwhile. A failure is not kept. */
function keptFor<T>(ms: number, clock: Clock, read: () => Promise<T>): () => Promise<T> {
  let kept: { readonly atMs: number; readonly value: Promise<T> } | undefined;
  let isUnderWay = false;
  return () => {
    if (kept !== undefined && (isUnderWay || clock.now() - kept.atMs < ms)) return kept.value;
    isUnderWay = true;
    const value = read();
    kept = { atMs: clock.now(), value };
    value.then(
      () => {
        isUnderWay = false;
      },
      () => {
        isUnderWay = false;
        kept = undefined;
      },
    );
    return value;
  };
}
