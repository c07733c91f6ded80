import { parseDocument } from 'yaml';

/** The text of a stage's file with these parameters set. What else it says stays, comments too. */
export function withParameters(text: string, parameters: Readonly<Record<string, string>>): string {
  const document = parseDocument(text, { schema: 'failsafe' });
  for (const [name, value] of Object.entries(parameters)) document.set(name, value);
  return document.toString({ lineWidth: 0 });
}
