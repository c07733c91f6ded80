// Stands for a Lambda sandbox: it loads the bundle once and answers invocations one by one.
// Plain JavaScript: for TypeScript node would load a compiler, whose time and memory would be measured as well.

/** @import { InvocationAnswer, InvocationRequest, InvocationUsage } from './protocol.ts' */

const LOOK_EVERY_MS = 50;

const [bundle, functionName, memoryLimitInMB] = process.argv.slice(2);
const { handler } = await import(bundle);

let initMs = performance.now();
let cpuBefore = { user: 0, system: 0 };
// Not the kernel's own maximum: a process begins with that of the process which started it.
let peakMemoryBytes = 0;

setInterval(lookAtMemory, LOOK_EVERY_MS).unref();

process.on('message', (/** @type {InvocationRequest} */ { event, requestId, deadlineMs }) => {
  const context = {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:us-east-1:123456789012:function:${functionName}`,
    memoryLimitInMB,
    awsRequestId: requestId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  const usage = startMeter();
  handler(event, context).then(
    (result) => {
      answer({ requestId, usage: usage(), result });
    },
    (thrown) => {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      answer({ requestId, usage: usage(), error: { errorType: error.name, errorMessage: error.message } });
    },
  );
});

// Whoever started it is gone: nobody would end it.
process.on('disconnect', () => process.exit());

/** @returns {() => InvocationUsage} what tells, at the invocation's end, what it used */
function startMeter() {
  const startMs = performance.now();
  return () => {
    lookAtMemory();
    const { user, system } = process.cpuUsage(cpuBefore);
    const usage = {
      initMs,
      durationMs: performance.now() - startMs,
      cpuMs: (user + system) / 1000,
      peakMemoryBytes,
    };
    initMs = 0;
    cpuBefore = process.cpuUsage();
    return usage;
  };
}

function lookAtMemory() {
  peakMemoryBytes = Math.max(peakMemoryBytes, process.memoryUsage.rss());
}

function answer(/** @type {InvocationAnswer} */ message) {
  process.send?.(message);
}
