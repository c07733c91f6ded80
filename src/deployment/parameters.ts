import { SettingsError } from '../errors.ts';
import { Mismatch } from '../settings/mismatch.ts';
import type { Parser } from '../settings/setting.ts';
import { listOf } from '../settings/structure-parsers.ts';
import { count, flag, textLike } from '../settings/text-parsers.ts';

/** The parameters of a deployment that are no settings and need a check. Absent ones are empty. */
export interface Parameters {
  /** ARNs of the clusters that run configs name, beside the agent's own. An asterisk is IAM's, here and below. */
  readonly extraClusters: readonly string[];
  /** ARNs of the task definitions that run configs name. */
  readonly extraTaskDefinitions: readonly string[];
  /** ARNs of the roles that run configs and their task definitions name. */
  readonly extraRoles: readonly string[];
  /** ARNs of the S3 objects that settings and run configs name. */
  readonly documents: readonly string[];
  /** ARN of the customer's key with which the API key is encrypted. */
  readonly keyEncryptionKey: string;
  readonly permissionsBoundary: string;
  readonly alarmEmail: string;
  readonly alarmTopic: string;
  readonly dashboard: boolean;
  readonly fargateSpot: boolean;
  /** undefined: nothing is reserved. */
  readonly reservedConcurrency: number | undefined;
}

/** What parameters are where nobody gives them. Those that `Parameters` has not are used as they are given. */
export const DEFAULTS = {
  schedule: 'rate(1 minute)',
  reservedConcurrency: 'none',
  memoryMb: 192,
  logRetentionDays: 30,
  // How long no poll may succeed before the alarm is raised: some of the schedule's intervals, in whole minutes.
  alarmAfterSeconds: 300,
  alarmLatenessSeconds: 600,
} as const;

const clusterArns = listOf(
  /^arn:aws[a-z-]*:ecs:[\w-]+:\d{12}:cluster\/[\w*-]+$/,
  'ARNs of clusters, arn:aws:ecs:<region>:<account>:cluster/<name>',
);
const definitionArns = listOf(
  /^arn:aws[a-z-]*:ecs:[\w-]+:\d{12}:task-definition\/[\w*-]+:[\d*]+$/,
  'ARNs of task definitions, arn:aws:ecs:<region>:<account>:task-definition/<family>:<revision or *>',
);
const roleArns = listOf(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/(?![*/]+$)[\w+=,.@*/-]+$/,
  'ARNs of roles, arn:aws:iam::<account>:role/<name>, and not all roles of an account',
);
const objectArns = listOf(
  /^arn:aws[a-z-]*:s3:::[^/\s]+\/\S+$/,
  'ARNs of S3 objects, arn:aws:s3:::<bucket>/<key>',
);
const keyArn = textLike(
  /^arn:aws[a-z-]*:kms:[\w-]+:\d{12}:key\/[\w-]+$/,
  'the ARN of a KMS key, arn:aws:kms:<region>:<account>:key/<id>',
  'Set the full ARN.',
);
const policyArn = textLike(
  /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/\S+$/,
  'the ARN of an IAM policy, arn:aws:iam::<account>:policy/<name>',
  'Set the full ARN.',
);
const topicArn = textLike(
  /^arn:aws[a-z-]*:sns:[\w-]+:\d{12}:[\w-]+$/,
  'the ARN of an SNS topic, arn:aws:sns:<region>:<account>:<name>',
  'Set the full ARN.',
);
const countOrNone: Parser<number> = (value, expand) => (value === 'none' ? undefined : count(value, expand));
const email = textLike(/^[^\s@]+@[^\s@]+$/, 'an e-mail address', 'Set one.');

/**
 * @param parameter the text of a parameter, empty when it is absent
 * @throws SettingsError that lists, one to a line, all that are wrong
 */
export async function readParameters(parameter: (name: string) => Promise<string>): Promise<Parameters> {
  const problems: string[] = [];
  const read = async <T, A>(name: keyof Parameters, parse: Parser<T>, absent: A): Promise<T | A> => {
    try {
      return parse(await parameter(name), (text) => text) ?? absent;
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      problems.push(`${name}: ${error.message}`);
      return absent;
    }
  };
  const parameters: Parameters = {
    extraClusters: await read('extraClusters', clusterArns, []),
    extraTaskDefinitions: await read('extraTaskDefinitions', definitionArns, []),
    extraRoles: await read('extraRoles', roleArns, []),
    documents: await read('documents', objectArns, []),
    keyEncryptionKey: await read('keyEncryptionKey', keyArn, ''),
    permissionsBoundary: await read('permissionsBoundary', policyArn, ''),
    alarmEmail: await read('alarmEmail', email, ''),
    alarmTopic: await read('alarmTopic', topicArn, ''),
    dashboard: await read('dashboard', flag, false),
    fargateSpot: await read('fargateSpot', flag, false),
    reservedConcurrency: await read('reservedConcurrency', countOrNone, undefined),
  };
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return parameters;
}
