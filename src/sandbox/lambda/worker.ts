import { parentPort, workerData } from 'node:worker_threads';
import type { InvocationAnswer, InvocationRequest, WorkerSetup } from './protocol.ts';

/** The thread that stands for a Lambda sandbox: it loads the bundle once and answers invocations one by one. */
const { bundle, functionName } = workerData as WorkerSetup;
const { handler } = (await import(bundle)) as {
  handler: (event: unknown, context: unknown) => Promise<unknown>;
};

parentPort?.on('message', ({ event, requestId, deadlineMs }: InvocationRequest) => {
  const context = {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${functionName}`,
    memoryLimitInMB: '256',
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  handler(event, context).then(
    (result) => {
      answer({ requestId, result });
    },
    (thrown: unknown) => {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      answer({ requestId, error: { errorType: error.name, errorMessage: error.message } });
    },
  );
});

function answer(message: InvocationAnswer): void {
  parentPort?.postMessage(message);
}
