import { type Fault, type FaultPlan, seededFaults } from '../../src/sandbox/faults.ts';

/** How much later than usual some requests are served, in milliseconds. */
export const DELAY_MS = 300;

const COMMON: readonly Fault[] = [
  { kind: 'status', status: 503, when: 'before' },
  { kind: 'status', status: 502, when: 'after' },
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
  { kind: 'html' },
  { kind: 'delay', ms: DELAY_MS },
];

const KINDS: Readonly<Record<'prefect' | 'ecs', readonly Fault[]>> = {
  prefect: [
    ...COMMON,
    { kind: 'status', status: 429, headers: { 'retry-after': '1' }, when: 'before' },
    { kind: 'error', type: 'API_ERROR', message: 'API_ERROR', when: 'before' },
  ],
  ecs: [
    ...COMMON,
    { kind: 'error', type: 'ThrottlingException', message: 'Rate exceeded', when: 'before' },
    { kind: 'error', type: 'ServerException', message: 'Service Unavailable.', when: 'before' },
    { kind: 'failures', reason: 'Capacity is unavailable at this time' },
  ],
};

/** Lets this part of the requests fail in every way, and counts the faults in `counts`, by service and kind. */
export function countedFaults(seed: string, rate: number, counts: Map<string, number>): FaultPlan {
  const plans = {
    prefect: seededFaults(seed, rate, KINDS.prefect),
    ecs: seededFaults(seed, rate, KINDS.ecs),
  };
  return (request) => {
    const fault = plans[request.service](request);
    if (fault === undefined || (fault.kind === 'failures' && request.operation !== 'RunTask'))
      return undefined;
    const name = `${request.service}: ${nameOf(fault)}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    return fault;
  };
}

function nameOf(fault: Fault): string {
  switch (fault.kind) {
    case 'status':
      return `HTTP ${fault.status} ${fault.when} its effect`;
    case 'reset':
      return `reset ${fault.when} its effect`;
    case 'error':
      return fault.type;
    case 'html':
    case 'delay':
    case 'failures':
      return fault.kind;
  }
}
