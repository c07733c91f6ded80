import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { AwsError } from '../../src/errors.ts';
import type { Status } from '../../src/status/read-status.ts';
import { serveStatus } from '../../src/status/web/serve-status.ts';
import { background, contrasts, focused, moving, overflow, smuggle } from './in-browser.mjs';

const AT = '2026-11-25T06:02:48.520Z';
const NASTY = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>&amp;"'`;

const STATUS: Status = {
  at: AT,
  function: 'agent-prod-poll',
  since: AT,
  health: { healthy: false, reason: `The last poll failed: ${NASTY}` },
  control: {
    lastPoll: AT,
    lastSuccess: null,
    lastFailure: NASTY,
    notBefore: AT,
    paused: { since: AT, reason: NASTY },
    circuit: { failures: 3, reason: NASTY, opened: AT },
    stops: null,
  },
  caps: { maxLaunches: 50, maxTasksInFlight: null, launchesPerSecond: null, maxLatenessSeconds: null },
  recent: {
    count: 2,
    failedCount: 1,
    startedCount: 1,
    polls: [
      {
        at: AT,
        requestId: 'r',
        failure: NASTY,
        found: 0,
        claimed: 0,
        started: 0,
        putBack: 0,
        left: 0,
        failed: 0,
        limits: [],
      },
      {
        at: AT,
        requestId: 'r',
        failure: null,
        found: 2,
        claimed: 2,
        started: 1,
        putBack: 0,
        left: 0,
        failed: 1,
        limits: [],
      },
    ],
    launches: [
      { at: AT, flowRunId: 'id-1', name: NASTY, outcome: 'started', detail: 'task/default/aa', lateMs: 1200 },
    ],
    failures: [{ at: AT, flowRunId: 'id-2', name: 'fox', outcome: 'failed', detail: NASTY, lateMs: null }],
  },
  unread: [NASTY],
};

const STOPPING: Status['control'] = {
  lastPoll: AT,
  lastSuccess: AT,
  lastFailure: null,
  notBefore: null,
  paused: null,
  circuit: null,
  stops: { count: 4, reason: 'no secret', since: AT },
};

let browser: Browser;

beforeAll(async () => {
  const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '',
    headless: true,
    args: [...args, ...quiet],
  });
});

afterAll(() => browser.close());

interface Opened {
  readonly page: Page;
  readonly url: string;
  /** What the page has asked for. */
  readonly requested: string[];
  /** What the browser complained of. */
  readonly complaints: string[];
}

async function open(read: () => Status, options: BrowserContextOptions = {}): Promise<Opened> {
  const server = await serveStatus({
    read: () =>
      new Promise((resolve) => {
        resolve(read());
      }),
    clock: systemClock,
    port: 0,
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const requested: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requested.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(server.url);
  await page.locator('.badge', { hasNotText: 'Reading' }).waitFor();
  return { page, url: server.url, requested, complaints };
}

test('shows the state, the polls, the launches and the failures', async () => {
  const { page, complaints } = await open(() => STATUS);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Prefect agent agent-prod-poll');
  expect(await page.getByRole('status').textContent()).toContain('Unhealthy');
  const state = await page.locator('dl').textContent();
  expect(state).toContain('Circuitopen since 2026-11-25 06:02:48, 3 in a row could launch nothing');
  expect(state).toContain('Launches an invocation50');
  expect(await page.getByRole('region', { name: 'Polls' }).getByRole('row').count()).toBe(3);
  expect(await page.getByRole('region', { name: 'Launches' }).textContent()).toContain('task/default/aa');
  expect(await page.getByRole('region', { name: 'Failures' }).textContent()).toContain('fox');
  expect(complaints).toEqual([]);
});

test('shows a circuit that stopped tasks hold open', async () => {
  const { page } = await open(() => ({ ...STATUS, control: STOPPING }));
  expect(await page.locator('dl').textContent()).toContain(
    'Circuitopen, 4 tasks in a row stopped for a reason that lies in the account since 2026-11-25 06:02:48: no secret',
  );
});

test('whatever comes from outside is text', async () => {
  const { page, complaints } = await open(() => STATUS);
  expect(await page.title()).toBe('Unhealthy: agent-prod-poll');
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.locator('script').count()).toBe(1);
  expect(await page.getByRole('region', { name: 'Failures' }).textContent()).toContain(NASTY);
  expect(await page.getByRole('status').textContent()).toContain(NASTY);
  expect(complaints).toEqual([]);
});

test('asks nobody for anything but its own JSON', async () => {
  const { url, requested } = await open(() => STATUS);
  expect(requested.filter((asked) => !asked.startsWith('data:'))).toEqual([url, `${url}status.json`]);
});

test('the policy lets no markup run that got in all the same', async () => {
  const { page, complaints } = await open(() => STATUS);
  await page.evaluate(smuggle);
  expect(await page.title()).not.toBe('owned');
  expect(complaints.join('\n')).toContain('Content Security Policy');
});

test('refreshes itself, and says what it shows when that fails', async () => {
  let reads = 0;
  const { page } = await open(() => {
    reads += 1;
    if (reads > 1) throw new AwsError('Could not read the log group');
    return { ...STATUS, health: { healthy: true, reason: null } };
  });
  expect(await page.locator('.badge').textContent()).toBe('Healthy');
  await page.getByRole('alert').waitFor({ timeout: 20_000 });
  expect(await page.getByRole('alert').textContent()).toBe(
    'Could not be read: Could not read the log group What is shown is of 2026-11-25 06:02:48.',
  );
  expect(await page.locator('.badge').textContent()).toBe('Healthy');
});

test('has landmarks, one heading of each section, and headers of columns', async () => {
  const { page } = await open(() => STATUS);
  for (const role of ['banner', 'main', 'contentinfo'] as const) {
    expect(await page.getByRole(role).count()).toBe(1);
  }
  expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
    'State',
    'Polls',
    'Launches',
    'Failures',
  ]);
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  expect(await page.locator('thead th:not([scope=col])').count()).toBe(0);
  expect(await page.getByRole('columnheader').count()).toBe(8 + 5 + 5);
  expect(await page.locator('table:not(:has(caption))').count()).toBe(0);
});

test('is used with the keyboard alone', async () => {
  const { page } = await open(() => STATUS);
  await page.keyboard.press('Tab');
  expect(await page.evaluate(focused)).toBe('Skip to the content');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(focused)).toBe('polls');
});

describe.each(['light', 'dark'] as const)('in %s colours', (colorScheme) => {
  test('every text stands out from its background by 4.5 to 1', async () => {
    const { page } = await open(() => STATUS, { colorScheme });
    const found = await page.evaluate(contrasts);
    expect(found.length).toBeGreaterThan(20);
    expect(found.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
  });
});

test('the dark colours are dark', async () => {
  const back = async (colorScheme: 'light' | 'dark') => {
    const { page } = await open(() => STATUS, { colorScheme });
    return page.evaluate(background);
  };
  expect(await back('light')).toBe('rgb(255, 255, 255)');
  expect(await back('dark')).toBe('rgb(13, 17, 23)');
});

test('nothing moves for whom wants no motion', async () => {
  const { page } = await open(() => STATUS, { reducedMotion: 'reduce' });
  expect(await page.evaluate(moving)).toBe(0);
});

test('a narrow window scrolls the tables and not the page', async () => {
  const { page } = await open(() => STATUS, { viewport: { width: 320, height: 640 } });
  expect(await page.evaluate(overflow)).toBe(0);
});
