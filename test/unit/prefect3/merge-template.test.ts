import { expect, test } from 'vitest';
import { mergeTemplate } from '../../../src/prefect3/merge-template.ts';
import type { BaseJobTemplate } from '../../../src/prefect3/work-pool.ts';

const plain: BaseJobTemplate = {
  job_configuration: { cluster: '{{ cluster }}', task_run_request: { launchType: '{{ launch_type }}' } },
  variables: {
    properties: { cluster: { default: null }, launch_type: { default: 'FARGATE' }, image: {} },
  },
};

const NETWORK = { awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'] } };

const wanted: BaseJobTemplate = {
  job_configuration: {
    cluster: '{{ cluster }}',
    task_run_request: { launchType: '{{ launch_type }}', networkConfiguration: NETWORK },
  },
  variables: {
    properties: { cluster: { default: 'flows' }, launch_type: { default: 'FARGATE' }, image: {} },
  },
};

const merge = (given: Partial<BaseJobTemplate> | undefined) => mergeTemplate(given, plain, wanted);

test.each([undefined, {}])('a pool without a template gets the one of the settings', (given) => {
  const { template, changes } = merge(given);
  expect(template).toEqual(wanted);
  expect(changes.filter(({ isSetting }) => isSetting)).toEqual([
    { name: 'cluster', from: undefined, to: 'flows', isSetting: true },
    {
      name: 'job_configuration.task_run_request.networkConfiguration',
      from: undefined,
      to: NETWORK,
      isSetting: true,
    },
  ]);
});

test('a pool that is as it should be is left alone', () => {
  expect(merge(wanted)).toEqual({ template: wanted, changes: [] });
});

test('what the settings say wins over what the pool has', () => {
  const given: BaseJobTemplate = {
    job_configuration: {
      ...wanted.job_configuration,
      task_run_request: {
        launchType: '{{ launch_type }}',
        networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-0'], securityGroups: ['sg-0'] } },
      },
    },
    variables: { properties: { ...wanted.variables.properties, cluster: { default: 'old' } } },
  };
  const { template, changes } = merge(given);
  expect(changes).toEqual([
    { name: 'cluster', from: 'old', to: 'flows', isSetting: true },
    {
      name: 'job_configuration.task_run_request.networkConfiguration.awsvpcConfiguration.subnets',
      from: ['subnet-0'],
      to: ['subnet-1', 'subnet-2'],
      isSetting: true,
    },
  ]);
  expect(template.variables.properties?.['cluster']).toEqual({ default: 'flows' });
});

test('what the settings do not speak of stays as the pool’s owners have made it', () => {
  const given = {
    job_configuration: {
      ...wanted.job_configuration,
      cluster: '{{ team }}-cluster',
      command: 'run {{ image }}',
    },
    variables: {
      required: ['team'],
      properties: {
        ...wanted.variables.properties,
        launch_type: { default: 'EC2' },
        image: { default: 'etl:3', title: 'Our image' },
        team: { default: 'data' },
      },
    },
  };
  expect(merge(given)).toEqual({ template: given, changes: [] });
});

test('what an older template lacks is added, and said to be no setting', () => {
  const given = {
    job_configuration: { cluster: '{{ cluster }}' },
    variables: { properties: { cluster: { default: 'flows', title: 'Cluster' } } },
  };
  const { template, changes } = merge(given);
  expect(template.variables.properties).toEqual({
    ...wanted.variables.properties,
    cluster: given.variables.properties.cluster,
  });
  expect(template.job_configuration).toEqual(wanted.job_configuration);
  expect(changes.map(({ name, isSetting }) => [name, isSetting])).toEqual([
    ['launch_type', false],
    ['image', false],
    ['job_configuration.task_run_request.launchType', false],
    ['job_configuration.task_run_request.networkConfiguration', true],
  ]);
});
