import { checkFlows } from './check-flows.ts';
import { checkLaunchedAhead } from './check-launched-ahead.ts';
import { Checks } from '../support/checks.ts';
import { startInterop } from './interop.ts';

await using interop = await startInterop();
const checks = new Checks();
await checkFlows(interop, checks);
await checkLaunchedAhead(interop, checks);
process.exitCode = checks.end();
