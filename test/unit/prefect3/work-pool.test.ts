import { describe, expect, test } from 'vitest';
import { SettingsError } from '../../../src/errors.ts';
import { checkWorkPool } from '../../../src/prefect3/work-pool.ts';
import { pool } from '../../support/job.ts';

describe('a work pool', () => {
  test('of type ecs is served', () => {
    expect(() => {
      checkWorkPool(pool());
    }).not.toThrow();
  });

  test.each([
    ['ecs:push', 'started by Prefect Cloud itself'],
    ['prefect:managed', 'run at Prefect'],
    ['prefect-agent', 'agents of Prefect 2'],
    ['process', 'no tasks of ECS'],
  ])('of type %s is refused', (type, reason) => {
    const check = () => {
      checkWorkPool({ ...pool(), type });
    };
    expect(check).toThrow(SettingsError);
    expect(check).toThrow(`of type ecs, got ${type}`);
    expect(check).toThrow(reason);
  });

  test('without a template is refused', () => {
    expect(() => {
      checkWorkPool(pool({ job_configuration: {}, variables: {} }));
    }).toThrow('got an empty one');
  });
});
