import type { FlowContainer } from '../tasks/fit-request.ts';
import { KEY_VARIABLES } from './flow-environment.ts';

/** The container that runs the flow, as Prefect 1 calls it. */
export const FLOW = 'flow';

export const FLOW_CONTAINER: FlowContainer = {
  name: FLOW,
  perRun: new Set(['PREFECT__CONTEXT__FLOW_RUN_ID', 'PREFECT__CONTEXT__FLOW_ID', ...KEY_VARIABLES]),
};
