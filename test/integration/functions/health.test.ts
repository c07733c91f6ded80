import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { deployed } from '../../support/deployed.ts';
import { never } from '../../support/prefect1.ts';

test('health is a document of its own media type, good for some seconds, for which the record is read once', async () => {
  const { sandbox, poll, start } = await deployed();
  await poll();
  const health = start('health');
  const ask = async () => (await health.invoke({ version: '2.0', rawPath: '/api/health' })).result;
  const first = await ask();
  expect(first).toEqual({
    statusCode: 200,
    headers: { 'content-type': 'application/health+json', 'cache-control': 'max-age=3' },
    body: expect.stringMatching(/^\{"status":"pass","lastSuccess":"\d{4}-[^"]*Z"\}$/) as string,
  });
  await Promise.all(Array.from({ length: 20 }, ask));
  expect(await ask()).toEqual(first);
  expect(sandbox.dynamo.calls['GetItem']).toBe(1);
  await setTimeout(3100);
  await ask();
  expect(sandbox.dynamo.calls['GetItem']).toBe(2);
});

test('health of a paused agent is a warning that says why', async () => {
  const { poll, health, control } = await deployed();
  await control.pause({ sinceMs: 0, reason: 'new cluster' }, never);
  await poll();
  expect(await health()).toEqual({
    statusCode: 200,
    body: {
      status: 'warn',
      notes: ['Paused since 1970-01-01T00:00:00.000Z: new cluster'],
      lastSuccess: expect.any(String) as string,
    },
  });
});
