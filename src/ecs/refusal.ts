import { isThrottle, isTransient } from './ecs-errors.ts';
import { type Rule, RULES } from './refusal-rules.ts';

/** Why ECS did not do what it was asked, and what follows from it. */
export interface Refusal {
  /**
   * - `throttle`: too many calls; the same one is served a little later.
   * - `capacity`: no room, or a quota of the account is used up; it may be served minutes later.
   * - `definition`: the task definition is gone; registering it anew helps.
   * - `denied`: the agent may not do what this run asks for; another run may be served.
   * - `agent`: the agent, its settings or its account must be changed; no run is served before that.
   * - `run`: the run must be changed.
   */
  readonly cause: 'throttle' | 'capacity' | 'definition' | 'denied' | 'agent' | 'run';
  /** What ECS said, and what to do about it. */
  readonly reason: string;
}

/** Choices of nearly every run. ECS says so where it has something against them, so they explain nothing else. */
const COMMON_CHOICES: ReadonlySet<string> = new Set(['image', 'environment']);

/** What it is when no rule knows it. */
const UNNAMED: Pick<Rule, 'advice'> = {
  advice: ['Check the agent’s task definition and RunTask arguments.', 'Correct the run config.'],
};

/** With these ECS refuses what was asked, and not who asks. */
const ABOUT_THE_REQUEST =
  /^(ClientException|InvalidParameter|Platform|UnsupportedFeature|SerializationException|ValidationException)/;

/**
 * Reads an error of a call that certainly had no effect.
 * @param call the operation, for the reason.
 * @param chosenByRun what the run chose itself, by the names of ECS's members.
 */
export function readRefusal(call: string, error: unknown, chosenByRun: ReadonlySet<string>): Refusal {
  if (!(error instanceof Error)) return { cause: 'agent', reason: `${call}: ${String(error)}` };
  const said = `${error.name}: ${error.message}`;
  if (isThrottle(error)) return { cause: 'throttle', reason: `${call}: ${said}` };
  if (isTransient(error)) return { cause: 'agent', reason: `${call}: ${said}` };
  return judge(call, said, chosenByRun);
}

/** Reads the entries of `failures` with which RunTask answers when it has no place for the task. */
export function readFailures(
  failures: readonly { reason?: string | undefined; detail?: string | undefined; arn?: string | undefined }[],
  chosenByRun: ReadonlySet<string>,
): Refusal {
  const told = failures.map(({ reason, detail, arn }) =>
    [reason ?? 'no reason given', detail, arn].filter(Boolean).join(', '),
  );
  const said = `it started no task: ${told.join('; ') || 'no reason given'}`;
  const refusal = judge('RunTask', said, chosenByRun);
  // ECS takes the request for sound where it answers so; what it has no words for is a matter of room.
  return refusal.cause === 'run' || refusal.cause === 'agent'
    ? { cause: 'capacity', reason: `RunTask: ${said}` }
    : refusal;
}

function judge(call: string, said: string, chosenByRun: ReadonlySet<string>): Refusal {
  const rule = RULES.find(({ pattern }) => pattern.test(said));
  const isRuns =
    rule?.about === undefined
      ? ABOUT_THE_REQUEST.test(said) && [...chosenByRun].some((member) => !COMMON_CHOICES.has(member))
      : rule.about.some((member) => chosenByRun.has(member));
  const [forAgent, forRun] = (rule ?? UNNAMED).advice;
  const reason = `${call}: ${said} ${isRuns ? forRun : forAgent}`.trimEnd();
  switch (rule?.cause) {
    case 'capacity':
      return { cause: 'capacity', reason: `${call}: ${said} ${forAgent}` };
    case 'definition':
      return { cause: isRuns ? 'run' : 'definition', reason };
    case 'denied':
      return { cause: isRuns ? 'denied' : 'agent', reason };
    case 'fault':
    case undefined:
      return { cause: isRuns ? 'run' : 'agent', reason };
  }
}
