import { randomUUID } from 'node:crypto';
import { registerHooks } from 'node:module';

/** What a new process that loads a bundle is asked for. */
export interface ColdRequest {
  /** The bundle's file URL. */
  readonly bundle: string;
  readonly event: unknown;
  /** Whether to note which files are loaded; it makes loading slower. */
  readonly traced: boolean;
}

/** Times in milliseconds; URLs of what was loaded up to the end of the first invocation. */
export interface ColdAnswer {
  readonly initMs: number;
  readonly firstMs: number;
  readonly warmMs: number;
  readonly loaded: readonly string[];
}

process.once('message', ({ bundle, event, traced }: ColdRequest) => {
  measure(bundle, event, traced).then(
    (answer) => process.send?.(answer, () => process.exit()),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function measure(bundle: string, event: unknown, traced: boolean): Promise<ColdAnswer> {
  const loaded: string[] = [];
  if (traced) {
    registerHooks({
      load: (url, context, next) => {
        loaded.push(url);
        return next(url, context);
      },
    });
  }
  const startMs = performance.now();
  const { handler } = (await import(bundle)) as { handler: (event: unknown, context: unknown) => unknown };
  const initMs = performance.now() - startMs;
  const invoke = async () => {
    const startMs = performance.now();
    const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => 55_000 };
    await handler(event, context);
    return performance.now() - startMs;
  };
  const firstMs = await invoke();
  const loadedByFirst = [...loaded];
  return { initMs, firstMs, warmMs: await invoke(), loaded: loadedByFirst };
}
