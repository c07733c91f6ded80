import { hiddenTextLike, textLike } from './text-parsers.ts';

/** The ARN of one IAM role: in a policy an asterisk would be any text, and a question mark any character. */
export const roleArn = textLike(
  /^arn:aws[a-z-]*:iam::\d{12}:role\/[^\s*?]+$/,
  'the ARN of a role, arn:aws:iam::<account>:role/<name>, without an asterisk or a question mark',
  'Set the full ARN.',
);

// Both ECS and the agent can read a key from these. A policy names them: see above.
const SECRET_ARN =
  /^arn:aws[a-z-]*:(?:secretsmanager:[\w-]+:\d{12}:secret:[^:\s*?]+(?::[^:\s]*){0,3}|ssm:[\w-]+:\d{12}:parameter\/[^:\s*?]+)$/;

/** The ARN of the secret that holds the API key. A key that was pasted here by mistake is not shown. */
export const secretArn = hiddenTextLike(
  SECRET_ARN,
  'the ARN of a Secrets Manager secret (arn:aws:secretsmanager:<region>:<account>:secret:<name>, ' +
    'with :<json-key>:<version-stage>:<version-id> or without) or of an SSM parameter ' +
    '(arn:aws:ssm:<region>:<account>:parameter/<name>), without an asterisk or a question mark',
  'Set the full ARN.',
);
