import { AgentError } from '../errors.ts';
import type { PollReport } from './poll-report.ts';

/** A bounded batch of polls that must not be reported as a success. The report says what was done all the same. */
export class PollFailedError extends AgentError {
  override readonly name = 'PollFailedError';
  readonly report: PollReport;

  constructor(message: string, report: PollReport, options?: ErrorOptions) {
    super(message, options);
    this.report = report;
  }
}
