import type { Fault, FaultPlan } from '../../src/sandbox/faults.ts';
import type { Choices } from './choices.ts';
import type { FaultKind } from './fault-kinds.ts';
import { CANARY } from './leaks.ts';
import type { Trace } from './trace.ts';

type Service = Parameters<FaultPlan>[0]['service'];

interface Window {
  readonly kind: FaultKind;
  readonly fromMs: number;
  readonly toMs: number;
  readonly fault: Fault;
}

export interface FaultPlanOptions {
  readonly kinds: ReadonlySet<FaultKind>;
  readonly choices: Choices;
  readonly trace: Trace;
  readonly now: () => number;
  readonly startMs: number;
  /** When the faults end, in milliseconds since the epoch. */
  readonly endMs: number;
}

const status = (code: number, when: 'before' | 'after', headers = {}, body = ''): Fault => ({
  kind: 'status',
  ...{ status: code, when, headers, body },
});
const error = (type: string, message: string): Fault => ({ kind: 'error', type, message, when: 'before' });
const NO_ROOM =
  'Capacity is unavailable at this time. Please try again later or in a different availability zone';

const LASTING: Readonly<Partial<Record<FaultKind, readonly [Fault, ...Fault[]]>>> = {
  'prefect-outage': [status(503, 'before'), { kind: 'reset', when: 'before' }],
  'ecs-capacity': [
    { kind: 'failures', reason: NO_ROOM },
    error('ClientException', 'You’ve reached the limit on the number of tasks you can run concurrently'),
  ],
  'ecs-denied': [
    error('AccessDeniedException', 'User is not authorized to perform: ecs:RunTask'),
    error('AccessDeniedException', 'User is not authorized to perform: iam:PassRole'),
    error('UnrecognizedClientException', 'The security token included in the request is invalid.'),
  ],
  'ecs-cluster': [error('ClusterNotFoundException', 'Cluster not found.')],
};

/** Decides what goes wrong with which request until the faults end. Every fault is told to the trace. */
export function seededFaultPlan({ kinds, choices, trace, now, startMs, endMs }: FaultPlanOptions): FaultPlan {
  const rate = choices.pick([0.05, 0.15, 0.3]);
  const windows = windowsOf(kinds, choices, startMs, endMs);
  return ({ service, operation }) => {
    const nowMs = now();
    // Drawn always, so that the rest of the story is the same with fewer kinds.
    const isHit = choices.chance(rate);
    if (nowMs >= endMs) return undefined;
    const window = windows.find((each) => applies(each, service, operation, nowMs));
    const fault =
      window?.fault ?? (isHit ? single(kinds, service, operation, choices, endMs - nowMs) : undefined);
    if (fault !== undefined) trace.note(service, `plays ${describe(fault)} on ${operation}`);
    return fault;
  };
}

function windowsOf(
  kinds: ReadonlySet<FaultKind>,
  choices: Choices,
  startMs: number,
  endMs: number,
): Window[] {
  return Object.entries(LASTING).flatMap(([name, faults]) => {
    const kind = name as FaultKind;
    const isPlanned = choices.chance(0.4);
    const fromMs = choices.between(startMs, endMs - 30_000);
    const toMs = Math.min(endMs, fromMs + choices.between(30_000, 150_000));
    const fault = choices.pick(faults);
    return isPlanned && kinds.has(kind) ? [{ kind, fromMs, toMs, fault }] : [];
  });
}

function applies(
  { kind, fromMs, toMs }: Window,
  service: Service,
  operation: string,
  nowMs: number,
): boolean {
  if (nowMs < fromMs || nowMs >= toMs) return false;
  if (kind === 'prefect-outage') return service === 'prefect';
  return service === 'ecs' && (kind === 'ecs-denied' || operation === 'RunTask');
}

function single(
  kinds: ReadonlySet<FaultKind>,
  service: Service,
  operation: string,
  choices: Choices,
  leftMs: number,
): Fault | undefined {
  const when = choices.pick(['before', 'after'] as const);
  const longest = Math.max(1, Math.floor(leftMs / 1000));
  const secondsToWait = Math.min(choices.between(1, choices.pick([9, 30, 120])), longest);
  const delayMs = choices.between(1000, 9000);
  const lateMs = choices.between(16_000, 60_000);
  const candidates: [FaultKind, Fault][] = [
    ['delays', { kind: 'delay', ms: delayMs }],
    ['late-effects', { kind: 'delay', ms: lateMs }],
  ];
  if (service === 'prefect') {
    const broken: [Fault, ...Fault[]] = [
      status(500, when),
      status(502, when),
      { kind: 'reset', when },
      { kind: 'html' },
      error('API_ERROR', 'API_ERROR'),
      // A server may quote what it was sent.
      error('UNAUTHENTICATED', `Not a key: Bearer ${CANARY}`),
      status(500, when, {}, `Authorization: Bearer ${CANARY}`),
    ];
    candidates.push(['prefect-errors', choices.pick(broken)]);
    candidates.push(['prefect-rate-limit', status(429, 'before', { 'retry-after': String(secondsToWait) })]);
  } else {
    candidates.push(['ecs-errors', choices.pick([status(500, when), { kind: 'reset', when }] as const)]);
    candidates.push(['ecs-throttle', error('ThrottlingException', 'Rate exceeded')]);
    if (operation === 'RunTask') {
      candidates.push([
        'ecs-failures',
        { kind: 'failures', reason: choices.pick(['RESOURCE:CPU', NO_ROOM]) },
      ]);
    }
  }
  const possible = candidates.filter(([kind]) => kinds.has(kind));
  return possible[choices.between(0, Math.max(0, possible.length - 1))]?.[1];
}

function describe(fault: Fault): string {
  return Object.values(fault)
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .join(' ')
    .replaceAll(CANARY, '[secret]');
}
