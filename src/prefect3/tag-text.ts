/** The script of numbers and letters does not matter to ECS, but it does to Prefect: only these stay. */
const DISALLOWED = /[^a-zA-Z0-9_./=+:@-]/g;

/**
 * A label's text as Prefect 3's ECS worker makes it a tag: dashes for what it does not let through, none of them
 * doubled or at an end, and no commas between digits. As `slugify` of python-slugify with the worker's options, but
 * for HTML entities, which stay text.
 */
export function tagText(text: string): string {
  return text
    .replace(/'+/g, '-')
    .normalize('NFKC')
    .replaceAll("'", '')
    .replace(/(?<=\p{Nd}),(?=\p{Nd})/gu, '')
    .replace(DISALLOWED, '-')
    .replace(/-{2,}/g, '-')
    .replace(/^-|-$/g, '');
}
