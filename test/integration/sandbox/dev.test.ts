import { expect, test, vi } from 'vitest';
import picocolors from 'picocolors';
import { runDev } from '../../../src/sandbox/dev/dev.ts';
import { cli } from '../../support/cli.ts';
import { stubAws } from '../../support/aws-services.ts';

test('serves the routes, wakes the poll, and is what the command line looks at', async () => {
  let out = '';
  const stop = new AbortController();
  const ended = runDev({
    own: undefined,
    intervalMs: 1000,
    stop: stop.signal,
    write: (text) => (out += text),
    colors: picocolors.createColors(false),
  });
  await vi.waitFor(() => {
    expect(out.match(/Poll ended/g)?.length).toBeGreaterThan(1);
  }, 15_000);
  const exported = [...out.matchAll(/^ {2}export (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]);
  stubAws(Object.fromEntries(exported) as Record<string, string>);
  const status = await cli(['status', '--json']);
  expect(status.code).toBe(0);
  expect(JSON.parse(status.out)).toMatchObject({ health: { healthy: true }, recent: { startedCount: 5 } });
  const [url = ''] = /http:\S+(?=\/api\/health)/.exec(out) ?? [];
  expect(await (await fetch(`${url}/api/health`)).json()).toMatchObject({ status: 'pass' });
  const poked = await fetch(`${url}/api/poke`, { method: 'POST' });
  expect(poked.status).toBe(202);
  expect((await fetch(`${url}/api/poke`)).status).toBe(405);
  expect((await fetch(`${url}/other`)).status).toBe(404);
  stop.abort();
  await ended;
  await expect(fetch(url)).rejects.toThrow();
});
