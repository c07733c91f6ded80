import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Fault } from './faults.ts';

export interface FaultedRequest<Answer> {
  readonly fault: Fault | undefined;
  readonly clock: Clock;
  /** Aborts when the sandbox closes, which ends a delay. */
  readonly closing: AbortSignal;
  readonly response: ServerResponse;
  /** Lets the request take effect. Gives its errors as answers too, for a fault may have to hide them. */
  readonly serve: () => Answer | Promise<Answer>;
}

/**
 * Plays a fault of any kind but `error` and `failures`, which are the service's own to answer.
 * @returns what is to be answered; undefined when the fault took the answer's place.
 */
export async function playFault<Answer>(request: FaultedRequest<Answer>): Promise<Answer | undefined> {
  const { fault, response, serve } = request;
  switch (fault?.kind) {
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Sign in</title><p>Please sign in to continue.</p>');
      return undefined;
    case 'status':
      if (fault.when === 'after') await serve();
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return undefined;
    case 'reset':
      if (fault.when === 'after') await serve();
      response.destroy();
      return undefined;
    case 'delay':
      await request.clock.sleep(fault.ms, request.closing);
      return serve();
    case 'error':
    case 'failures':
    case undefined:
      return serve();
  }
}
