// Preloaded into the function's process, whose time is to pass as that of its world does. Lambda freezes a
// sandbox between two invocations: to the function it is as if the clock had jumped. Timers are left as they are.

const systemNow = Date.now;
let aheadMs = 0;
Date.now = () => systemNow() + aheadMs;

process.on('message', (/** @type {number} */ ms) => {
  aheadMs = ms;
  process.send?.('skipped');
});

// Whoever started it is gone: nobody would end it.
process.on('disconnect', () => process.exit());
