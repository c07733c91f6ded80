import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type Claimed, failed, type LaunchOutcome } from 'serverless-prefect-agent';

/** Starts each flow run as a process of this machine. */
export class LocalProcessAgent extends Agent {
  protected override async deployFlows(flowRuns: readonly Claimed[]): Promise<LaunchOutcome[]> {
    return Promise.all(flowRuns.map(async (run) => this.#start(run)));
  }

  async #start(run: Claimed): Promise<LaunchOutcome> {
    const env = { ...this.envVars, PREFECT__CONTEXT__FLOW_RUN_ID: run.id };
    const child = spawn('prefect', ['execute', 'flow-run'], { env, stdio: 'ignore' });
    try {
      await once(child, 'spawn');
      const pid = String(child.pid);
      return { kind: 'started', infrastructureId: pid, info: `PID: ${pid}` };
    } catch (error) {
      return failed(`The process could not be started: ${String(error)}`);
    }
  }
}
