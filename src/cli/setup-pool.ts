import { CallCounter } from '../call-counter.ts';
import { AgentError, SettingsError } from '../errors.ts';
import { baseJobTemplate, noPoolDefaults } from '../prefect3/base-job-template.ts';
import { Prefect3Client } from '../prefect3/client.ts';
import { mergeTemplate } from '../prefect3/merge-template.ts';
import { WorkPools } from '../prefect3/work-pools.ts';
import { apiKeyProvider } from '../settings/api-key.ts';
import type { Prefect3Settings, Settings } from '../settings/settings.ts';
import { timeoutSignal } from '../timeout-signal.ts';
import type { CliIo, GlobalOptions } from './cli-io.ts';
import { colorsFor } from './colors.ts';
import { hasConsent } from './consent.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { type FlagValues, loadSettingsWithFlags } from './load-settings-with-flags.ts';
import { poolDefaults } from './pool-defaults.ts';
import { poolChangesText, poolOutcomeText, type PoolSetup } from './setup-pool-text.ts';

const TIMEOUT_MS = 60_000;

export interface SetupPoolOptions extends GlobalOptions, FlagValues {
  readonly yes?: boolean;
}

/** Shows how the settings' work pool differs from what it should be, writes it if it may, and answers the exit code. */
export async function setupPool(io: CliIo, options: SetupPoolOptions): Promise<number> {
  const settings = await loadSettingsWithFlags(io.env, options);
  const { workPool, pools } = ofPrefect3(settings, io);
  const within = async <T>(work: (signal: AbortSignal) => Promise<T>) => {
    const late = new AgentError(
      `The work pool was not set up within ${TIMEOUT_MS / 1000} seconds. Try again.`,
    );
    using timeout = timeoutSignal(io.clock, TIMEOUT_MS, late);
    return await work(timeout.signal);
  };
  const found = await within((signal) => pools.find(workPool, signal));
  if (found !== undefined && found.type !== 'ecs') throw otherType(workPool, found.type);
  const { template, changes } = mergeTemplate(
    found?.template,
    baseJobTemplate(noPoolDefaults),
    baseJobTemplate(poolDefaults(settings)),
  );
  const action = found === undefined ? 'create' : changes.length === 0 ? 'none' : 'update';
  const seen: PoolSetup = { workPool, action, dryRun: true, changes };
  if (!options.json) io.stdout.write(poolChangesText(seen, colorsFor(io.stdout, io.env)));
  const question = `Shall the work pool ${JSON.stringify(workPool)} be ${action}d?`;
  const dryRun = action !== 'none' && !(await hasConsent(io, options, question));
  if (!dryRun && action !== 'none') await within((signal) => pools[action](workPool, template, signal));
  const done = { ...seen, dryRun };
  io.stdout.write(options.json ? jsonText(done) : poolOutcomeText(done));
  return EXIT_CODES.done;
}

function ofPrefect3({ prefect }: Settings, { clock }: CliIo) {
  if (prefect.generation !== 3) {
    throw new SettingsError(
      `Expected PREFECT_API_URL and PREFECT_WORK_POOL, got settings of Prefect ${prefect.generation}, which has no work pools. Set both.`,
    );
  }
  const client = createClient(prefect, clock);
  return { workPool: prefect.workPool, pools: new WorkPools(client) };
}

function createClient({ api, apiKey, keyKind }: Prefect3Settings, clock: CliIo['clock']): Prefect3Client {
  return new Prefect3Client({
    api,
    apiKey: apiKeyProvider(apiKey),
    keyKind,
    clock,
    calls: new CallCounter(),
    uuid: () => crypto.randomUUID(),
  });
}

function otherType(workPool: string, type: string): SettingsError {
  return new SettingsError(
    `Expected the work pool \`${workPool}\` to be of type ecs or not there, got ${type}. It is left as it is. ` +
      'Name another pool in PREFECT_WORK_POOL.',
  );
}
