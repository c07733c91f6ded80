import type { Model } from '../../python/request-schema.ts';
import { requestParser } from './request-parser.ts';
import type { Quota, Throttle } from './throttle.ts';

/** Serves one operation: what came in the request's body, to the body of the answer. */
export type Operation = (input: unknown) => object;

/** Makes operations that parse their input by AWS's model of it and are counted against a quota. */
export function operationMaker(throttle: Throttle) {
  // `serve` takes the type that belongs to the model; the compiler cannot see that, and `never` lets it be any.
  return (model: Model, quota: Quota, serve: (input: never) => object): Operation => {
    const parse = requestParser(model);
    return (input) => {
      throttle(quota);
      return serve(parse(input) as never);
    };
  };
}
