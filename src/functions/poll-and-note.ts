import type { PollReport, PollTally } from '../agent/poll-report.ts';
import { areTooMany } from '../control/after-stop.ts';
import type { ControlRecord } from '../control/control-record.ts';
import { blockedText, leftAloneText, pausedText } from '../control/health.ts';
import { recordPoll } from '../control/record-poll.ts';
import { describeError } from '../describe-error.ts';
import type { Logger } from '../logger.ts';
import type { Warm } from './warm.ts';

/** A poke is heard until so long before the end of an invocation's work: a look, a claim and a launch need it. */
const LOOK_RESERVE_MS = 5000;

/** The invocation says so until somewhat earlier, for who pokes must not rely on an invocation that is ending. */
const UNHEARD_MS = 5000;

/** An invocation that has begun. */
export interface Begun {
  readonly id: string;
  readonly startMs: number;
  /** When its work must have ended, in milliseconds since the epoch. */
  readonly deadlineMs: number;
  readonly maxPolls: number | undefined;
  /** What it has done by now. */
  readonly tally: PollTally;
  /** Ends reading and writing the record. */
  readonly signal: AbortSignal;
}

/** What came of the polls. */
export interface Polled {
  readonly report: PollReport;
  /** What people should know of the agent's state. */
  readonly notes: readonly string[];
  /** Whether nothing can be launched. */
  readonly isBlocked: boolean;
  /** undefined: they did their work. */
  readonly failure: { readonly error: unknown } | undefined;
}

/**
 * One bounded batch of polls between a look at the control record and a note in it, and another one when somebody
 * poked meanwhile.
 * @throws AwsError when the record can't be had
 */
export async function pollAndNote(warm: Warm, begun: Begun): Promise<Polled> {
  const { agent, backend, control, logger } = warm;
  const { id, startMs, deadlineMs, maxPolls, tally, signal } = begun;
  // A record that can't be had stops everything: a pause may be written in it.
  const record = await control.begin(deadlineMs - LOOK_RESERVE_MS - UNHEARD_MS, signal);
  const { notBeforeMs, paused, circuit, stops } = record;
  backend.notBeforeMs = notBeforeMs;
  if (notBeforeMs !== undefined && notBeforeMs > startMs) return leaveAlone(warm, begun, record);
  let failure: Polled['failure'];
  try {
    await agent.start({
      deadlineMs,
      // What is claimed already is recovered during a pause as well.
      maxPolls: paused === undefined ? maxPolls : 0,
      // What would stop again is tried with one run.
      onlyTry: areTooMany(stops, startMs),
      invocation: id,
      failuresBefore: circuit?.failures ?? 0,
      tally,
      interrupted: (within) => hasNews(warm, record, within),
    });
  } catch (error) {
    logger.error('Poll failed', { error });
    failure = { error };
  }
  const report = tally.report();
  const next = await noteEnd(warm, begun, { record, report, failure });
  if (next === undefined) {
    logger.info('Poked meanwhile: looking again');
    return pollAndNote(warm, begun);
  }
  if (failure === undefined) logger.info('Poll ended', { report });
  return { report, ...stateOf(next, warm.clock.now()), failure };
}

/** Whether somebody has poked or paused since the record was read, or was asked to leave Prefect alone. */
async function hasNews(
  { clock, control, logger }: Warm,
  { pokes }: ControlRecord,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { notBeforeMs = 0, ...now } = await control.read(signal);
    return now.pokes !== pokes || now.paused !== undefined || notBeforeMs > clock.now();
  } catch (error) {
    logger.warn('Could not learn whether somebody has poked', { error });
    return false;
  }
}

/** Ends without a request to Prefect. */
async function leaveAlone(
  { clock, control, logger }: Warm,
  begun: Begun,
  record: ControlRecord,
): Promise<Polled> {
  // Whoever pokes after the moment must not take this invocation for one that looks.
  await control.replace(record, { ...record, pollingUntilMs: undefined }, begun.signal);
  tell(logger, record, clock.now());
  return { report: begun.tally.report(), ...stateOf(record, clock.now()), failure: undefined };
}

/**
 * Writes what came of the polls into the record, and answers the record; undefined: somebody poked meanwhile, and
 * there is time to look again.
 */
async function noteEnd(
  { backend, clock, control, logger }: Warm,
  { startMs, deadlineMs, signal }: Begun,
  { record, report, failure }: Pick<Polled, 'report' | 'failure'> & { readonly record: ControlRecord },
): Promise<ControlRecord | undefined> {
  const end = {
    startMs,
    atMs: clock.now(),
    failure: failure === undefined ? undefined : describeError(failure.error),
    notBeforeMs: backend.notBeforeMs,
    launched: report.started > 0,
    blockedFor: report.blockedFor,
  };
  const heedsPokes = failure === undefined && deadlineMs - end.atMs > LOOK_RESERVE_MS;
  try {
    const next = await recordPoll(control, record, end, { heedsPokes, signal });
    if (next !== undefined) tell(logger, next, end.atMs);
    return next;
  } catch (unwritten) {
    if (failure === undefined) throw unwritten;
    // The failure that is being recorded matters more; health goes stale and says so all the same.
    logger.error('The failure could not be recorded', { error: unwritten });
    return record;
  }
}

function tell(logger: Logger, record: ControlRecord, nowMs: number): void {
  const { notes, isBlocked } = stateOf(record, nowMs);
  for (const [i, note] of notes.entries()) {
    if (isBlocked && i === 0) logger.error(note);
    else logger.warn(note);
  }
}

/** What people should know of the agent, by its record; that nothing can be launched comes first. */
function stateOf(record: ControlRecord, nowMs: number): Pick<Polled, 'notes' | 'isBlocked'> {
  const { notBeforeMs, paused } = record;
  const blocked = blockedText(record, nowMs);
  const notes = [
    blocked,
    paused && pausedText(paused),
    notBeforeMs === undefined ? undefined : leftAloneText(notBeforeMs),
  ];
  return { notes: notes.filter((note) => note !== undefined), isBlocked: blocked !== undefined };
}
