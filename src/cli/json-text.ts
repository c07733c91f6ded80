/** A result as JSON for people and programs. JSON allows control characters of Latin-1, which a terminal obeys. */
export function jsonText(value: unknown): string {
  return `${withoutControls(JSON.stringify(value, null, 2))}\n`;
}

/** The same on one line, for one of many. */
export function jsonLine(value: unknown): string {
  return `${withoutControls(JSON.stringify(value))}\n`;
}

function withoutControls(json: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replace(/[\x7f-\x9f]/g, escaped);
}
