/** What cfn-lint has against the templates, and why it stays. */
export const LINT_EXCEPTIONS: Readonly<Record<string, string>> = {
  W1001: 'Conditions are decided when the template is made, so nothing refers to what is not there.',
  W1028: 'The same: of two branches one is never reached.',
  W3005: 'The Serverless Framework names dependencies twice.',
  W8003: 'Conditions are decided when the template is made.',
};

/** What checkov has against the templates, and why it stays. */
export const SCAN_EXCEPTIONS: Readonly<Record<string, string>> = {
  CKV_AWS_18: 'The bucket of the packages holds no data; nobody reads it but CloudFormation.',
  CKV_AWS_21: 'The same: a package is made again from the sources.',
  CKV_AWS_26:
    'CloudWatch cannot publish to a topic that is encrypted with AWS’s own key, and the alarms hold no data.',
  CKV_AWS_27:
    'The queue is encrypted with SQS’s own keys (SqsManagedSseEnabled), which the check does not know.',
  CKV_AWS_28: 'The control record is made anew when it is lost; there is nothing to restore.',
  CKV_AWS_65: 'Container Insights cost more than the agent; the flows tell Prefect of themselves.',
  CKV_AWS_95: 'Each request of the health check is in its function’s log.',
  CKV_AWS_115: 'An account may have 10 executions at once in all, of which none can be reserved.',
  CKV_AWS_116:
    'A tick that failed is worth nothing later; events of stopped tasks have a queue, by their destination.',
  CKV_AWS_117:
    'The functions need the internet and nothing in a VPC; there a NAT gateway would cost 33 $ a month.',
  CKV_AWS_119: 'The control record is encrypted with DynamoDB’s own key; it holds no secret.',
  CKV_AWS_158:
    'Logs are encrypted with CloudWatch’s own key; they hold no secret. A customer’s key costs 1 $ a month.',
  CKV_AWS_173:
    'The environment holds the ARN of the key’s secret, no secret, and is encrypted with Lambda’s own key.',
};
