import { EcsError } from './ecs-error.ts';

/** Memory in MiB that each number of CPU units can have: from, to, and in steps of. */
const MEMORY_BY_CPU: Readonly<Record<string, readonly [from: number, to: number, step: number]>> = {
  512: [1024, 4096, 1024],
  1024: [2048, 8192, 1024],
  2048: [4096, 16_384, 1024],
  4096: [8192, 30_720, 1024],
  8192: [16_384, 61_440, 4096],
  16384: [32_768, 122_880, 8192],
};

/** CPU units, of units ("1024") or vCPUs ("1 vCPU"). */
export function cpuUnits(cpu: string | undefined): string | undefined {
  return inUnits('cpu', cpu, /^(\d*\.?\d+)\s*vcpus?$/i);
}

/** Memory in MiB, of MiB ("2048") or GB ("2 GB"). */
export function memoryMib(memory: string | undefined): string | undefined {
  return inUnits('memory', memory, /^(\d*\.?\d+)\s*gb$/i);
}

function inUnits(member: string, text: string | undefined, thousands: RegExp): string | undefined {
  if (text === undefined || /^\d+$/.test(text)) return text;
  const amount = thousands.exec(text.trim())?.[1];
  if (amount === undefined) throw new EcsError('ClientException', `Invalid '${member}' setting for task.`);
  return String(Math.round(Number(amount) * 1024));
}

/** @throws EcsError when Fargate has no such size. Takes what `cpuUnits` and `memoryMib` give. */
export function checkFargateSize(cpu: string | undefined, memory: string | undefined): void {
  if (cpu === undefined) refuse("Fargate requires that 'cpu' be defined at the task level.");
  if (memory === undefined) refuse("Fargate requires that 'memory' be defined at the task level.");
  if (cpu === '256' && ['512', '1024', '2048'].includes(memory)) return;
  const [from, to, step] = MEMORY_BY_CPU[cpu] ?? [Infinity, 0, 1];
  const mib = Number(memory);
  if (mib >= from && mib <= to && mib % step === 0) return;
  refuse(
    `No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory. ` +
      'See the Amazon ECS documentation for the valid values.',
  );
}

function refuse(message: string): never {
  throw new EcsError('ClientException', message);
}
