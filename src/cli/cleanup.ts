import pMap from 'p-map';
import { CallCounter } from '../call-counter.ts';
import { DefinitionCleanup, type FamilyUse } from '../ecs/definition-cleanup.ts';
import { createEcsClient } from '../ecs/ecs-client.ts';
import { RetryingSender } from '../ecs/retrying-sender.ts';
import { AgentError } from '../errors.ts';
import { toAwsError } from './aws-errors.ts';
import { type CleanedFamily, type CleanupReport, cleanupText } from './cleanup-text.ts';
import type { CliIo, GlobalOptions } from './cli-io.ts';
import { colorsFor } from './colors.ts';
import { jsonText } from './json-text.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { Progress } from './progress.ts';
import { stopOnSignal } from './stop-on-signal.ts';

/** Families looked at at once: a few calls each, so that the pace of the calls is the limit. */
const CONCURRENCY = 8;

export interface CleanupOptions extends GlobalOptions {
  readonly unusedDays: number;
  readonly yes?: boolean;
}

/** Shows the agent's task definitions, deregisters the unused ones if it may, and answers the exit code. */
export async function cleanup(io: CliIo, options: CleanupOptions): Promise<number> {
  return stopOnSignal(io, 'no more task definitions are deregistered', async (stop) => {
    try {
      await cleanUp(io, options, stop);
      return EXIT_CODES.done;
    } catch (error) {
      if (stop.aborted) throw new AgentError('Stopped before the end. The same command goes on from there.');
      throw toAwsError('Cleaning up task definitions', error);
    }
  });
}

async function cleanUp(io: CliIo, options: CleanupOptions, signal: AbortSignal): Promise<void> {
  const { unusedDays, yes = false } = options;
  const client = createEcsClient(new CallCounter());
  const region = await client.config.region();
  const sender = new RetryingSender(client, io.clock);
  const worker = new DefinitionCleanup({ client: sender, clock: io.clock, unusedDays, signal });
  const progress = new Progress(io);
  const { families: names, isCut } = await worker.families();
  let looked = 0;
  const look = async (name: string) => {
    const use = await worker.look(name);
    looked += 1;
    progress.say(`Read ${looked} of ${names.length} families.`);
    return cleanedFamily(use);
  };
  const families = await pMap(names, look, { concurrency: CONCURRENCY });
  try {
    if (yes) await deregisterUnused(worker, families, progress);
  } finally {
    // What was done is told, whatever ended it.
    write(io, { region, unusedDays, dryRun: !yes, isCut, families }, options);
  }
}

/** Puts what becomes of the unused families into the list. */
async function deregisterUnused(
  worker: DefinitionCleanup,
  families: CleanedFamily[],
  progress: Progress,
): Promise<void> {
  const unused = families.filter(({ action }) => action === 'deregister');
  for (const [done, { family }] of unused.entries()) {
    progress.say(`Deregistered ${done} of ${unused.length} families.`);
    // At one revision a second much time has passed: it may have been used meanwhile.
    const use = await worker.look(family);
    const cleaned = cleanedFamily(use);
    if (use.keptBecause === undefined) for (const arn of use.arns) await worker.deregister(arn);
    families[families.findIndex((other) => other.family === family)] =
      cleaned.action === 'deregister' ? { ...cleaned, action: 'deregistered' } : cleaned;
  }
}

function cleanedFamily({ family, arns, lastUsed, keptBecause }: FamilyUse): CleanedFamily {
  const revisions = arns.map((arn) => Number(arn.split(':').at(-1)));
  const about = { family, revisions, lastUsed: lastUsed ?? null };
  return keptBecause === undefined
    ? { ...about, action: 'deregister' }
    : { ...about, action: 'keep', reason: keptBecause };
}

function write({ stdout, env }: CliIo, report: CleanupReport, { json }: CleanupOptions): void {
  stdout.write(json ? jsonText(report) : cleanupText(report, colorsFor(stdout, env)));
}
