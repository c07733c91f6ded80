import type { RunningContainer, TaskRunner } from '../../src/sandbox/ecs/run-task-process.ts';
import type { Choices } from './choices.ts';
import type { PrefectWorld } from './prefect-world.ts';
import { TERMINATED } from './records.ts';

/** Runs the flow processes of containers, in virtual time. */
export function flowContainers(prefect: PrefectWorld, choices: Choices): TaskRunner {
  return (container) => {
    const stop = new AbortController();
    const exitCode = prefect.execute(container, choices, stop.signal).catch(() => TERMINATED);
    const running: RunningContainer = {
      exitCode,
      output: () => '',
      kill: () => {
        stop.abort(new Error('killed'));
      },
    };
    return Promise.resolve(running);
  };
}
