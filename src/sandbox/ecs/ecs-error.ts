import { AgentError } from '../../errors.ts';

type EcsErrorType =
  | 'ClientException'
  | 'ClusterNotFoundException'
  | 'ConflictException'
  | 'InvalidParameterException'
  | 'MissingAuthenticationTokenException'
  | 'PlatformUnknownException'
  | 'RequestEntityTooLargeException'
  | 'SerializationException'
  | 'ThrottlingException'
  | 'UnknownOperationException';

/** A request that ECS refuses, in the words that AWS uses where they are known. Answered with HTTP 400. */
export class EcsError extends AgentError {
  override readonly name = 'EcsError';
  readonly type: EcsErrorType;
  /** Members of the answer beside the type and the message. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(type: EcsErrorType, message: string, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.type = type;
    this.members = members;
  }
}
