import { expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { awsServices, LOG_GROUP } from '../../support/aws-services.ts';
import { endedLine, failedLine, reportOf } from '../../support/logged-polls.ts';
import { cli, FakeIo } from '../../support/cli.ts';

const RUN = '05848151-e7ec-4426-9cea-12e0d3e3e32c';

test('shows what was logged, without what Lambda writes around it', async () => {
  const { logs } = await awsServices();
  for (const line of [
    'START RequestId: 1',
    endedLine(),
    failedLine('AwsError', 'denied'),
    'REPORT RequestId: 1',
  ]) {
    logs.write(LOG_GROUP, line);
  }
  const { code, out, err } = await cli(['logs']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^\S+Z INFO {2}Poll ended\n\S+Z ERROR Poll failed: denied\nREPORT RequestId: 1\n$/);
});

test('a line that is longer than the tail which Lambda gives is shown', async () => {
  const { logs } = await awsServices();
  const runs = Array.from({ length: 100 }, (_, i) => ({ flowRunId: `id-${i}` }));
  logs.write(LOG_GROUP, endedLine(reportOf(runs)));
  expect((await cli(['logs'])).out).toContain('Poll ended');
});

test('--flow-run shows only what names it, and what became of it', async () => {
  const { logs } = await awsServices();
  logs.write(LOG_GROUP, endedLine());
  logs.write(LOG_GROUP, endedLine(reportOf([{ flowRunId: RUN, outcome: 'put-back', detail: 'no room' }])));
  const { out } = await cli(['logs', '--flow-run', RUN]);
  expect(out).toMatch(/^\S+Z INFO {2}Poll ended: owl put-back: no room\n$/);
});

/** A terminal on whose clock the time between two looks passes twenty times as quickly. */
function quickIo(): FakeIo {
  const io = new FakeIo();
  io.clock = { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 20, signal) };
  return io;
}

test('--follow goes on until Ctrl-C, and shows each line once', async () => {
  const { logs } = await awsServices();
  logs.write(LOG_GROUP, 'first');
  const io = quickIo();
  const ended = io.run('logs', '--follow');
  await vi.waitFor(() => {
    expect(io.out).toBe('first\n');
  });
  logs.write(LOG_GROUP, 'second');
  await vi.waitFor(() => {
    expect(io.out).toBe('first\nsecond\n');
  }, 10_000);
  const calls = logs.calls();
  await vi.waitFor(() => {
    expect(logs.calls()).toBeGreaterThan(calls);
  }, 10_000);
  io.signal('SIGINT');
  expect(await ended).toBe(0);
  expect(io.out).toBe('first\nsecond\n');
  expect(io.listeners).toBe(0);
});

test('--follow outlives a throttle and says so', async () => {
  const { logs } = await awsServices();
  const io = quickIo();
  logs.write(LOG_GROUP, 'first');
  logs.failNext('ServiceUnavailableException', 'later');
  logs.failNext('AccessDeniedException', 'not yet');
  const ended = io.run('logs', '--follow');
  await vi.waitFor(() => {
    expect(io.out).toBe('first\n');
  }, 15_000);
  expect(io.err).toContain('Trying again.');
  io.signal('SIGINT');
  expect(await ended).toBe(0);
});

test('--json writes a line of JSON for each line', async () => {
  const { logs } = await awsServices();
  logs.write(LOG_GROUP, endedLine());
  logs.write(LOG_GROUP, 'REPORT \u009b2J');
  const { out } = await cli(['logs', '--json']);
  const lines = out.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    {
      time: expect.any(String) as unknown,
      line: expect.objectContaining({ message: 'Poll ended' }) as unknown,
    },
    { time: expect.any(String) as unknown, line: 'REPORT \u009b2J' },
  ]);
  expect(out).not.toMatch(/[^\P{Cc}\n]/u);
});

test('nothing from outside steers the terminal', async () => {
  const { logs } = await awsServices();
  logs.write(LOG_GROUP, '\u001b[2Jplain\u0007');
  logs.write(LOG_GROUP, endedLine(undefined, '\u001b]0;title\u0007'));
  expect((await cli(['logs'])).out).not.toMatch(/[^\P{Cc}\n]/u);
});

test('a log group that is not there ends with 4 and what to do', async () => {
  await awsServices();
  const { code, err } = await cli(['logs', '--stage', 'prod']);
  expect(code).toBe(4);
  expect(err).toContain('Could not read the log group /aws/lambda/serverless-prefect-agent-prod-poll');
  expect(err).toContain('see --stage, --function-name and --region');
});

test.each(['x', `${RUN}" "a`, ''])('--flow-run %j is wrong usage', async (id) => {
  const { code, err } = await cli(['logs', `--flow-run=${id}`]);
  expect(code).toBe(2);
  expect(err).toContain('Expected the id of a flow run');
});
