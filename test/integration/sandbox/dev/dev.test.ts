import { expect, test, vi } from 'vitest';
import picocolors from 'picocolors';
import { runDev } from '../../../../src/sandbox/dev/dev.ts';
import { cli } from '../../../support/cli.ts';
import { stubAws } from '../../../support/stub-aws.ts';

function startDev(own: Record<string, string> | undefined) {
  let out = '';
  const stop = new AbortController();
  const ended = runDev({
    own,
    intervalMs: 1000,
    stop: stop.signal,
    write: (text) => (out += text),
    colors: picocolors.createColors(false),
  });
  return {
    shown: () => out,
    stop: async () => {
      stop.abort();
      await ended;
    },
  };
}

test('serves the routes, wakes the poll, and is what the command line looks at', async () => {
  const { shown, stop } = startDev(undefined);
  await vi.waitFor(() => {
    expect(shown().match(/Poll ended/g)?.length).toBeGreaterThan(1);
  }, 15_000);
  const out = shown();
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
  await stop();
  await expect(fetch(url)).rejects.toThrow();
});

test('says what is wrong with settings that no poll can begin with', async () => {
  const { shown, stop } = startDev({ PREFECT__CLOUD__API: 'nonsense' });
  await vi.waitFor(() => {
    expect(shown()).toContain('error: SettingsError: PREFECT__CLOUD__API (environment): expected a URL');
  }, 15_000);
  await stop();
});
