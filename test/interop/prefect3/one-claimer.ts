import { CallCounter } from '../../../src/call-counter.ts';
import { systemClock } from '../../../src/clock.ts';
import { Prefect3Backend } from '../../../src/prefect3/backend.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { POOL } from './pool-world.ts';
import type { Story } from './story.ts';

const CLAIMERS = 20;

/** Twenty agents see the same due run and claim it at once. */
export async function checkOneClaimer({ api, world, deployments, checks }: Story): Promise<void> {
  const id = await api.createFlowRun(deployments.traced);
  const signal = AbortSignal.timeout(60_000);
  const claimers = Array.from({ length: CLAIMERS }, () => {
    return new Prefect3Backend({
      api: world.server.url,
      apiKey: () => Promise.resolve(undefined),
      keyKind: 'auth-string',
      workPool: POOL,
      workQueues: [],
      clock: systemClock,
      calls: new CallCounter(),
      logger: new RecordingLogger(),
    });
  });
  const query = { labels: [], beforeMs: Date.now(), except: new Set<string>() };
  const looks = await Promise.all(claimers.map((claimer) => claimer.look(query, signal)));
  const seen = looks.map(({ runs }) => runs.filter((run) => run.id === id));
  const startMs = Date.now();
  const claims = await Promise.all(
    claimers.map((claimer, i) => {
      const claimant = { agent: `claimer-${i}`, invocation: 'interop' };
      return claimer.claim(seen[i] ?? [], claimant, signal);
    }),
  );
  process.stdout.write(`        ${CLAIMERS} claims of one run took ${Date.now() - startMs} ms\n`);
  const kinds = claims.flat().map(({ kind }) => kind);
  checks.equal(
    `of ${CLAIMERS} that claim one run at once, one gets it and the others know that they have not`,
    [kinds.filter((kind) => kind === 'claimed').length, kinds.filter((kind) => kind === 'lost').length],
    [1, CLAIMERS - 1],
  );
  // Nobody launches it.
  await api.cancel(id);
}
