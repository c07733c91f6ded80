import type { Checks } from '../support/checks.ts';
import { specificationFindings } from './specification-findings.ts';

/** Mistakes, and what is to be found of each in `Resources.It`. */
const MISTAKES: Readonly<Record<string, readonly [type: string, properties: object, finding: string]>> = {
  'an unknown type': ['AWS::Logs::LogGroups', {}, 'It: expected a type of AWS, got AWS::Logs::LogGroups'],
  'an unknown property': ['AWS::Logs::LogGroup', { Retention: 30 }, 'It.Retention: no such property'],
  'an unknown property of a property': [
    'AWS::ApiGatewayV2::Stage',
    { ApiId: { Ref: 'Api' }, StageName: 'a', DefaultRouteSettings: { ThrottlingLimit: 5 } },
    'It.DefaultRouteSettings.ThrottlingLimit: no such property',
  ],
  'a required property that is missing': [
    'AWS::Lambda::Function',
    { Code: { S3Bucket: 'a', S3Key: 'b' } },
    'It.Role: is required',
  ],
  'one that is missing in a branch, in a list': [
    'AWS::Events::Rule',
    { Targets: [{ Id: { 'Fn::If': ['Named', 'a', { Ref: 'AWS::NoValue' }] }, Arn: { Ref: 'Function' } }] },
    'It.Targets[0].Id: is required',
  ],
  'a value that is not allowed': [
    'AWS::Events::Rule',
    { State: 'ON' },
    'It.State: expected one of DISABLED, ENABLED, ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS, got "ON"',
  ],
  'a value of another kind': [
    'AWS::CloudWatch::Alarm',
    { EvaluationPeriods: 'one' },
    'It.EvaluationPeriods: expected a value of type integer, got "one"',
  ],
  'a value where there must be a list': [
    'AWS::SQS::QueuePolicy',
    { Queues: 'a', PolicyDocument: {} },
    'It.Queues: expected a list, got "a"',
  ],
};

/** Whether the reading of AWS's specification finds mistakes, of each kind that it is there for. */
export function checkSpecification(checks: Checks): void {
  for (const [what, [Type, Properties, finding]] of Object.entries(MISTAKES)) {
    const found = specificationFindings({ Resources: { It: { Type, Properties } } });
    checks.equal(`AWS's specification finds ${what}`, found, [finding]);
  }
}
