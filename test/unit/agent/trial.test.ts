import { expect, test } from 'vitest';
import { blocked, failed, type LaunchOutcome, retry, unknown } from '../../../src/agent/launch-outcome.ts';
import { Trial } from '../../../src/agent/trial.ts';
import { startedAs } from '../../support/scripted-agent.ts';

test.each<[string, LaunchOutcome[], string | undefined, number]>([
  ['no run at all: another has won them', [], undefined, 1],
  ['one that is started', [startedAs('a')], undefined, Infinity],
  ['one that is refused for its own sake', [failed('bad image')], undefined, Infinity],
  ['one that is put back', [retry('no room')], undefined, 1],
  ['one that is put back and one that is started', [retry('no room'), startedAs('b')], undefined, Infinity],
  ['one that is started and one that the agent may not', [startedAs('a'), blocked('denied')], 'denied', 1],
  ['one that is put back and one that nobody knows of', [retry('no room'), unknown('lost')], 'no room', 1],
])('after a batch of %s', (_, outcomes, reason, claimLimit) => {
  const trial = new Trial();
  expect(trial.learn(outcomes)).toBe(reason);
  expect(trial.claimLimit).toBe(claimLimit);
});
