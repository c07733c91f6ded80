import { benchCalls } from './calls.ts';
import { benchColdStart } from './cold-start.ts';

/** Prints one table per bench. Times are this machine's; calls and sizes are the same everywhere. */
process.stdout.write(await benchColdStart());
process.stdout.write('\n');
process.stdout.write(await benchCalls([1, 25, 100]));
