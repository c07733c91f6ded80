import type { Context } from 'aws-lambda';
import type { Clock } from '../clock.ts';
import { AgentError } from '../errors.ts';
import { type TimeoutSignal, timeoutSignal } from '../timeout-signal.ts';

/** One invocation of a function. */
export interface Invocation {
  readonly id: string;
  /** What is left of the function's time-out, in milliseconds. */
  readonly remainingMs: number;
}

/** What Lambda says of an invocation now. */
export function invocationOf(context: Context): Invocation {
  return { id: context.awsRequestId, remainingMs: context.getRemainingTimeInMillis() };
}

/** A signal that aborts when so much of an invocation's time is used up, in milliseconds. */
export function invocationTimeout(clock: Clock, ms: number): TimeoutSignal {
  return timeoutSignal(clock, ms, new AgentError('The time of this invocation is used up.'));
}
