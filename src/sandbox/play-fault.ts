import type { Clock } from '../clock.ts';
import type { Fault } from './faults.ts';
import type { Reply } from './message.ts';

export interface FaultedRequest {
  readonly fault: Fault | undefined;
  readonly clock: Clock;
  /** Aborts when the sandbox closes, which ends a delay. */
  readonly closing: AbortSignal;
  /** Lets the request take effect. Gives its errors as answers too, for a fault may have to hide them. */
  readonly serve: () => Reply | Promise<Reply>;
}

/** Plays a fault of any kind but `error` and `failures`, which are the service's own to answer. */
export async function playFault({ fault, clock, closing, serve }: FaultedRequest): Promise<Reply> {
  switch (fault?.kind) {
    case 'html': {
      const body = '<!doctype html><title>Sign in</title><p>Please sign in to continue.</p>';
      return { status: 200, headers: { 'content-type': 'text/html' }, body };
    }
    case 'status': {
      if (fault.when === 'after') await serve();
      const { status, headers = {}, body = '' } = fault;
      return { status, headers, body };
    }
    case 'reset':
      if (fault.when === 'after') await serve();
      return 'reset';
    case 'delay':
      await clock.sleep(fault.ms, closing);
      return serve();
    case 'error':
    case 'failures':
    case undefined:
      return serve();
  }
}
