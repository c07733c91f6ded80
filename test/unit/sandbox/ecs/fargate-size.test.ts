import { describe, expect, test } from 'vitest';
import { checkFargateSize, cpuUnits, memoryMib } from '../../../../src/sandbox/ecs/fargate-size.ts';

describe('sizes', () => {
  test.each([
    ['256', '256'],
    ['1 vCPU', '1024'],
    ['.25 vcpu', '256'],
    ['0.5vCPU', '512'],
  ])('cpu "%s" is %s units', (cpu, units) => {
    expect(cpuUnits(cpu)).toBe(units);
  });

  test.each([
    ['2048', '2048'],
    ['2 GB', '2048'],
    ['0.5GB', '512'],
  ])('memory "%s" is %s MiB', (memory, mib) => {
    expect(memoryMib(memory)).toBe(mib);
  });

  test.each(['one', '1 GB', '-1', ''])('cpu "%s" is refused', (cpu) => {
    expect(() => cpuUnits(cpu)).toThrow("Invalid 'cpu' setting for task.");
  });
});

describe('Fargate', () => {
  test.each([
    ['256', '512'],
    ['256', '2048'],
    ['512', '1024'],
    ['512', '4096'],
    ['1024', '8192'],
    ['2048', '5120'],
    ['4096', '30720'],
    ['8192', '20480'],
    ['16384', '122880'],
  ])('has %s CPU units with %s MiB', (cpu, memory) => {
    expect(() => {
      checkFargateSize(cpu, memory);
    }).not.toThrow();
  });

  test.each([
    ['256', '1536'],
    ['256', '4096'],
    ['512', '512'],
    ['1024', '2500'],
    ['4096', '31744'],
    ['8192', '17408'],
    ['300', '512'],
  ])('has no %s CPU units with %s MiB', (cpu, memory) => {
    expect(() => {
      checkFargateSize(cpu, memory);
    }).toThrow(`No Fargate configuration exists for given values: ${cpu} CPU, ${memory} memory.`);
  });
});
