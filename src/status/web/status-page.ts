import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** A page that stands alone, and the policy under which it does no more than it says. */
export interface StatusPage {
  readonly html: string;
  /** The value of the header Content-Security-Policy. */
  readonly policy: string;
}

/** Puts the page together from its files: one request brings all of it, and it makes no other than for its JSON. */
export async function loadStatusPage(): Promise<StatusPage> {
  const read = (name: string) => readFile(new URL(`./${name}`, import.meta.url), 'utf8');
  const [html, style, script] = await Promise.all([read('page.html'), read('page.css'), read('page.mjs')]);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  // By functions, since a text would have its $ replaced.
  const styled = html.replace('<style></style>', () => `<style>${style}</style>`);
  return { html: styled.replace('<script></script>', () => `<script>${script}</script>`), policy };
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
