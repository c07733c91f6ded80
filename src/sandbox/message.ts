import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** A request to a sandbox, whether it came over HTTP or was handed in. */
export interface Message {
  readonly method: string | undefined;
  readonly url: string | undefined;
  /** By names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a request ends: with an answer, or with its connection torn down. */
export type Reply = Answer | 'reset';

/** Reads a request to its end. @throws what `tooLarge` makes when its body has more than `maxBytes` bytes. */
export async function readMessage(
  request: IncomingMessage,
  maxBytes: number,
  tooLarge: () => Error,
): Promise<Message> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const { method, url, headers } = request;
  return { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
}

export function sendReply(response: ServerResponse, reply: Reply): void {
  if (reply === 'reset') {
    response.destroy();
    return;
  }
  // A body that was not read to its end takes the connection with it; the client must not use it again.
  if (!response.req.complete) response.setHeader('connection', 'close');
  response.writeHead(reply.status, reply.headers).end(reply.body);
}
