import { FlowRunError } from '../errors.ts';

/** A part of a word: as it is, in single quotes, in double quotes, or after a backslash; and what ends a word. */
const PARTS = /'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|([^ \t\r\n'"\\]+)|([ \t\r\n]+)/y;

/**
 * A command as the words that a POSIX shell makes of it, with nothing expanded. As Python's `shlex.split`.
 * @throws FlowRunError when a quotation has no end.
 */
export function shellWords(command: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  const parts = new RegExp(PARTS);
  while (parts.lastIndex < command.length) {
    const match = parts.exec(command);
    if (match === null) {
      throw new FlowRunError(
        'command: expected quotes in pairs and no backslash at the end, got an odd one.',
      );
    }
    const [, single, double, escaped, plain, space] = match;
    if (space === undefined) {
      // In double quotes a backslash is one, unless it is before another or a quote.
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '');
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
