import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Generation, GENERATIONS } from '../../src/settings/generation.ts';
import { FAULT_KINDS, type FaultKind } from './fault-kinds.ts';
import { firstBroken, MOST_TO_NOTICE } from './first-broken.ts';
import { MUTATIONS } from './mutations.ts';
import { simulate } from './simulate.ts';

const USAGE = `npm run simulate -- --seed 42          replays a seed and prints its story
npm run simulate -- --seeds 1000       plays seeds 1 to 1000 and names those that break an invariant
  --from 2001        the first of the seeds
  --generation 3     the Prefect that is played: ${GENERATIONS.join(' or ')}; default: drawn by the seed
  --faults kill,users  what may go wrong; default: half of all kinds, drawn by the seed
  --mutation "no token"  plays a deliberately broken agent
npm run simulate -- --mutations        names the first seed that notices each break of the agent, of each generation`;

const PROCESSES = 2;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    step: { type: 'string', default: '1' },
    faults: { type: 'string' },
    generation: { type: 'string' },
    mutation: { type: 'string' },
    mutations: { type: 'boolean', default: false },
  },
});

function options(seed: number) {
  const { mutation = '', faults } = values;
  const broken = Object.entries(MUTATIONS).find(([name]) => name === mutation)?.[1];
  return {
    seed,
    generation: generation(),
    ...(faults !== undefined && { kinds: new Set(faults.split(',').map(faultKind)) }),
    mutation: broken?.make() ?? {},
  };
}

/** undefined: the seed draws it. */
function generation(): Generation | undefined {
  const given = values.generation;
  const known = GENERATIONS.find((each) => String(each) === given);
  if (known === undefined && given !== undefined)
    throw new Error(`--generation: expected one of ${GENERATIONS.join(', ')}; got ${given}`);
  return known;
}

function faultKind(name: string): FaultKind {
  const kind = FAULT_KINDS.find((each) => each === name);
  if (kind === undefined)
    throw new Error(`--faults: expected some of ${FAULT_KINDS.join(', ')}; got ${name}`);
  return kind;
}

async function replay(seed: number): Promise<void> {
  const { trace, violations } = await simulate(options(seed));
  console.log(trace.join('\n'));
  console.log(violations.length === 0 ? 'No invariant is broken.' : violations.join('\n'));
  process.exitCode = violations.length === 0 ? 0 : 1;
}

/** One process's part of the seeds. */
async function playPart(seeds: number): Promise<void> {
  // Many errors are made and few are read; a seed that breaks an invariant is replayed anyway.
  Error.stackTraceLimit = 0;
  const step = Number(values.step);
  for (let seed = Number(values.from); seeds > 0; seeds -= 1, seed += step) {
    const { violations, generation: played } = await simulate(options(seed));
    if (violations.length === 0) continue;
    console.log(`seed ${seed}, Prefect ${played}: ${violations.join('; ')}`);
    process.exitCode = 1;
  }
}

async function play(seeds: number): Promise<void> {
  const startMs = performance.now();
  const others = process.argv.slice(2);
  const parts = Array.from({ length: PROCESSES }, (_, i) => {
    const count = Math.floor((seeds + PROCESSES - 1 - i) / PROCESSES);
    const own = [
      '--seeds',
      String(count),
      '--from',
      String(Number(values.from) + i),
      '--step',
      String(PROCESSES),
    ];
    return fork(fileURLToPath(import.meta.url), [...others, ...own]);
  });
  const codes = await Promise.all(parts.map(async (part) => (await once(part, 'exit'))[0] as number | null));
  const perSecond = (seeds / (performance.now() - startMs)) * 1000;
  console.log(`${seeds} seeds, ${perSecond.toFixed(1)} a second`);
  process.exitCode = codes.every((code) => code === 0) ? 0 : 1;
}

async function notice(): Promise<void> {
  const one = generation();
  for (const [name, broken] of Object.entries(MUTATIONS)) {
    for (const each of broken.generations.filter((any) => one === undefined || any === one)) {
      const found = await firstBroken(MOST_TO_NOTICE, { ...broken, generation: each });
      const [first] = found?.violations ?? [];
      const faults = broken.kinds === undefined ? '' : ` --faults ${[...broken.kinds].join(',')}`;
      const seen = found === undefined ? 'nobody notices' : `seed ${found.seed}${faults}: ${first}`;
      console.log(`${name.padEnd(30)} Prefect ${each}, ${seen}`);
      if (found === undefined) process.exitCode = 1;
    }
  }
}

if (values.mutations) await notice();
else if (values.seed !== undefined) await replay(Number(values.seed));
else if (values.seeds === undefined) console.log(USAGE);
else if (process.send === undefined) await play(Number(values.seeds));
else await playPart(Number(values.seeds));
