import * as z from 'zod/mini';
import type { EcsSettings } from '../settings/settings.ts';
import type { AwsCaller } from './aws-caller.ts';
import { type Check, ok, unknown, warning } from './check.ts';

/** "Fargate On-Demand vCPU resource count". */
const VCPUS = { ServiceCode: 'fargate', QuotaCode: 'L-3032A538' };

/** The smallest task of Fargate. */
const LEAST_VCPUS = 0.25;

const answer = z.object({ Quota: z.object({ Value: z.number() }) });

/** How much Fargate runs at once in this account and region. */
export function quotaCheck(aws: AwsCaller, { maxTasksInFlight }: EcsSettings): Check {
  return {
    name: 'Fargate quota',
    run: async (signal) => {
      const { data } = answer.safeParse(await aws.json('servicequotas', 'GetServiceQuota', VCPUS, signal));
      if (data === undefined) return unknown('AWS told no value of the quota');
      const { Value: vcpus } = data.Quota;
      const most = Math.floor(vcpus / LEAST_VCPUS);
      if (maxTasksInFlight !== undefined && maxTasksInFlight > most) {
        return warning(
          `${vcpus} vCPU at once, ${most} tasks of the smallest size, and ${maxTasksInFlight} are allowed in flight`,
          'Have the quota raised (Service Quotas, AWS Fargate), or lower PREFECT__CLOUD__AGENT__ECS__MAX_TASKS_IN_FLIGHT.',
        );
      }
      return ok(`${vcpus} vCPU at once in this account and region, on demand`);
    },
  };
}
