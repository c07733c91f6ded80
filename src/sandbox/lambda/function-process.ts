import type { InvocationAnswer, InvocationRequest } from './protocol.ts';
import { UsageMeter } from './usage-meter.ts';

/** The process that stands for a Lambda sandbox: it loads the bundle once and answers invocations one by one. */
const [bundle = '', functionName = ''] = process.argv.slice(2);
const { handler } = (await import(bundle)) as {
  handler: (event: unknown, context: unknown) => Promise<unknown>;
};
const meter = new UsageMeter();

process.on('message', ({ event, requestId, deadlineMs }: InvocationRequest) => {
  const context = {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${functionName}`,
    memoryLimitInMB: '256',
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  const usage = meter.start();
  handler(event, context).then(
    (result) => {
      answer({ requestId, usage: usage(), result });
    },
    (thrown: unknown) => {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      answer({ requestId, usage: usage(), error: { errorType: error.name, errorMessage: error.message } });
    },
  );
});

// Whoever started it is gone: nobody would end it.
process.on('disconnect', () => process.exit());

function answer(message: InvocationAnswer): void {
  process.send?.(message);
}
