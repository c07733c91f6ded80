import { seededRandom } from './seeded-random.ts';

/** `before`: the request has no effect. `after`: it takes effect, and its answer is lost. */
type FaultMoment = 'before' | 'after';

/** One thing that can go wrong with a request to a sandbox. */
export type Fault =
  /** The answer is this status and body (default: empty) instead. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly when: FaultMoment;
    }
  /** The connection is torn down instead of an answer. */
  | { readonly kind: 'reset'; readonly when: FaultMoment }
  /** A web page with status 200, as a proxy's login page would be; the request has no effect. */
  | { readonly kind: 'html' }
  /** The request is served as usual, `ms` milliseconds of the sandbox's clock later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The service refuses the request in its own form of an error. */
  | { readonly kind: 'error'; readonly type: string; readonly message: string; readonly when: 'before' }
  /** ECS's RunTask only: HTTP 200 with an entry in `failures` and no task. Other operations pass it over. */
  | { readonly kind: 'failures'; readonly reason: string };

interface FaultRequest {
  readonly service: 'ecs' | 'prefect';
  /** The service's own name of what was asked, e.g. `RunTask`. */
  readonly operation: string;
  /** The how manieth request of this operation it is, from 1. */
  readonly sequence: number;
}

/** Decides for each request what goes wrong with it; undefined: nothing. */
export type FaultPlan = (request: FaultRequest) => Fault | undefined;

/**
 * Lets requests fail at random, the same ones for the same seed, in whatever order they arrive.
 * @param rate the part of the requests that fail, 0 to 1.
 * @param kinds what goes wrong, each as likely as the others.
 */
export function seededFaults(seed: string, rate: number, kinds: readonly Fault[]): FaultPlan {
  return ({ service, operation, sequence }) => {
    const random = seededRandom(`${seed}/${service}/${operation}/${sequence}`);
    return random() < rate ? kinds[Math.floor(random() * kinds.length)] : undefined;
  };
}
