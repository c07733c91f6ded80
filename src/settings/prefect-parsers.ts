import { Mismatch, mismatch, secretMismatch, shown } from './mismatch.ts';
import type { Parser } from './setting.ts';
import { text, textLike } from './text-parsers.ts';

/** The address of an HTTP API, kept as it was written. */
export const httpUrl: Parser<string> = (value, expand) => {
  const found = text(value, expand);
  if (found === undefined) return undefined;
  const url = URL.parse(found);
  const isHttp = url !== null && /^https?:\/\//i.test(found);
  if (isHttp && url.username === '' && url.password === '') return found;
  // An address with a password would travel to every task in plain text, and fetch refuses it anyway.
  if (found.includes('@'))
    throw secretMismatch('a URL without a user name or password', 'Use an API key instead.');
  throw mismatch('a URL that begins with http:// or https://', value, 'Set the address of the Prefect API.');
};

/** The address of the agent's own server. Prefect wants a port. */
export const agentAddress = textLike(
  /^https?:\/\/([^/:@]*|\[[\da-f:.]+\]):\d{1,5}\/?$/i,
  'an address with a port, such as http://0.0.0.0:8080',
  'Set such an address, or remove the setting for no server.',
);

/** A UUID in any form that Python's `uuid.UUID` takes, in lower case with dashes. */
export const tenantId: Parser<string> = (value, expand) => {
  const found = text(value, expand);
  if (found === undefined) return undefined;
  const digits = found
    .toLowerCase()
    .replace(/^urn:/, '')
    .replace(/^uuid:/, '')
    .replace(/^\{*([^{}]*)\}*$/, '$1')
    .replaceAll('-', '');
  if (/^[0-9a-f]{32}$/.test(digits)) {
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }
  throw new Mismatch(
    `The \`tenant_id\` must be a valid UUID. Got ${shown(value)}. Set the ID of a tenant, or remove the setting.`,
  );
};
