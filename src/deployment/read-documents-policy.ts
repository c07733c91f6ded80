import { policy, type Policy } from './cloudformation.ts';

/**
 * The policy that reads documents in S3.
 * @param objects their ARNs, in which an asterisk is IAM's
 */
export function readDocumentsPolicy(objects: readonly string[]): Policy {
  const buckets = [...new Set(objects.map((arn) => arn.replace(/\/.*$/, '')))];
  // Who may not list a bucket is told of what is not there that it is denied, which would be no fault of the run's.
  return policy(
    'read-documents',
    { Action: ['s3:GetObject'], Resource: objects },
    { Action: ['s3:ListBucket'], Resource: buckets },
  );
}
