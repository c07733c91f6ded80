import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type Message, readMessage, type Reply, sendReply } from './message.ts';

export interface LocalServer {
  /** Such as `http://127.0.0.1:40321`. */
  readonly endpoint: string;
  /** Drops the open connections. Closing it twice is no harm. */
  readonly close: () => Promise<void>;
}

export interface ServeOptions {
  readonly answer: (message: Message) => Promise<Reply>;
  readonly maxBodyBytes: number;
  /** The answer to a body of more bytes. */
  readonly tooLarge: Answer;
  /** Ends what the server waits for; it is aborted by `close`. */
  readonly closing: AbortController;
}

class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** Serves an API on a free port of 127.0.0.1. */
export async function serveLocally({
  answer,
  maxBodyBytes,
  tooLarge,
  closing,
}: ServeOptions): Promise<LocalServer> {
  const server = createServer((request, response) => {
    readMessage(request, maxBodyBytes, () => new BodyTooLarge())
      .then(answer, (error: unknown) => {
        if (error instanceof BodyTooLarge) return tooLarge;
        throw error;
      })
      .then((reply) => {
        sendReply(response, reply);
      })
      .catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      if (!server.listening) return;
      closing.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
