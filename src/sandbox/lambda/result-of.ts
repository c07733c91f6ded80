import { AgentError } from '../../errors.ts';
import type { FunctionError, InvocationAnswer } from './protocol.ts';

/** What a function failed with, under the name that the function gave it. */
class HandlerError extends AgentError {
  override readonly name: string;

  constructor({ errorType, errorMessage }: FunctionError) {
    super(errorMessage);
    this.name = errorType;
  }
}

/** @throws AgentError when the function failed */
export function resultOf({ result, error }: InvocationAnswer): unknown {
  if (error !== undefined) throw new HandlerError(error);
  return result;
}
