import type { PythonValue } from '../python/python-repr.ts';

/** Longest text that is read, in UTF-16 code units. An environment variable on Linux holds 128 KiB at most. */
const MAX_LENGTH = 131_072;
/** How deeply lists, tuples and dicts may be nested. */
export const MAX_DEPTH = 32;

const SPACE = /[ \t\r\n\f]*/y;
const NUMBER = /[+-]?(?:\d+(?:_\d+)*)?(?:\.(?:\d+(?:_\d+)*)?)?(?:[eE][+-]?\d+(?:_\d+)*)?(?![\w.])/y;
const WORD = /[A-Za-z_]\w*/y;
const WORDS: ReadonlyMap<string, PythonValue> = new Map<string, PythonValue>([
  ['True', true],
  ['False', false],
  ['None', null],
]);

const PLAIN_RUN = /[^\\'"\r\n]+/y;
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\r\n|[^]))/y;
const CONTROL_ESCAPES: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }),
  ...['\\', "'", '"'].map((character): [string, string] => [character, character]),
  // A backslash at the end of a line joins it to the next.
  ...['\n', '\r', '\r\n'].map((lineEnd): [string, string] => [lineEnd, '']),
]);

/**
 * Reads a Python literal as `ast.literal_eval` does: strings, numbers, True, False, None, lists, tuples and dicts.
 * A tuple becomes a list; the keys of a dict must be strings. Left out because no setting needs them:
 * sets, bytes, prefixed and triple-quoted strings (`u''` is read), `\N{...}`, complex, hexadecimal, octal and
 * binary numbers, arithmetic and comments.
 *
 * @throws SyntaxError that tells what was expected and where, and nothing of the text itself.
 */
export function parsePythonLiteral(text: string): PythonValue {
  if (text.length > MAX_LENGTH) throw new SyntaxError(`the text is longer than ${MAX_LENGTH} characters`);
  const parser = new LiteralParser(text);
  return parser.parse();
}

class LiteralParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): PythonValue {
    const first = this.#value(0);
    const value = this.#peek() === ',' ? [first, ...this.#restOfBareTuple()] : first;
    if (this.#peek() !== '') this.#fail('the end');
    return value;
  }

  #value(depth: number): PythonValue {
    if (depth > MAX_DEPTH) this.#fail(`at most ${MAX_DEPTH} levels`);
    const next = this.#peek();
    if (next === '[') return this.#items(']', depth).items;
    if (next === '(') return this.#tuple(depth);
    if (next === '{') return this.#dict(depth);
    if (this.#atString()) return this.#strings();
    if (/[\d.+-]/.test(next)) return this.#number();
    const start = this.#at;
    const word = WORDS.get(this.#match(WORD) ?? '');
    if (word !== undefined) return word;
    this.#at = start;
    return this.#fail('a string in quotes, a number, True, False, None, a list, a tuple or a dict');
  }

  #items(close: string, depth: number): { items: PythonValue[]; comma: boolean } {
    this.#at += 1;
    const items: PythonValue[] = [];
    let comma = false;
    while (this.#peek() !== close) {
      if (items.length > 0 && !comma) this.#fail(`"," or "${close}"`);
      items.push(this.#value(depth + 1));
      comma = this.#skip(',');
    }
    this.#at += 1;
    return { items, comma };
  }

  #tuple(depth: number): PythonValue {
    const { items, comma } = this.#items(')', depth);
    const [only] = items;
    // Without a comma, parentheses only group.
    return items.length === 1 && !comma && only !== undefined ? only : items;
  }

  #restOfBareTuple(): PythonValue[] {
    const items: PythonValue[] = [];
    while (this.#skip(',') && this.#peek() !== '') items.push(this.#value(0));
    return items;
  }

  #dict(depth: number): PythonValue {
    this.#at += 1;
    const entries: [string, PythonValue][] = [];
    let comma = true;
    while (this.#peek() !== '}') {
      if (!comma) this.#fail('"," or "}"');
      if (!this.#atString()) this.#fail('a key in quotes');
      const key = this.#strings();
      if (!this.#skip(':')) this.#fail('":" after the key');
      entries.push([key, this.#value(depth + 1)]);
      comma = this.#skip(',');
    }
    this.#at += 1;
    return Object.fromEntries(entries);
  }

  #number(): PythonValue {
    const found = (this.#match(NUMBER) ?? '').replaceAll('_', '');
    if (!/\d/.test(found)) this.#fail('a decimal number');
    if (!/^[+-]?\d+$/.test(found)) return Number(found);
    if (/^[+-]?0+[1-9]/.test(found)) this.#fail('a number without leading zeros');
    return BigInt(found.replace('+', ''));
  }

  #atString(): boolean {
    this.#peek();
    return /^u?['"]/i.test(this.#text.slice(this.#at, this.#at + 2));
  }

  /** Strings that stand side by side are one. */
  #strings(): string {
    let value = '';
    while (this.#atString()) value += this.#string();
    return value;
  }

  #string(): string {
    if (/u/i.test(this.#peek())) this.#at += 1;
    const quote = this.#peek();
    if (this.#text.startsWith(quote.repeat(3), this.#at)) this.#fail('a string in single or double quotes');
    this.#at += 1;
    let value = '';
    for (;;) {
      const next = this.#text.charAt(this.#at);
      if (next === quote) break;
      if (next === '\\') value += this.#escape();
      else if (next === "'" || next === '"') value += this.#take();
      else value += this.#match(PLAIN_RUN) ?? this.#fail(`the closing ${quote}`);
    }
    this.#at += 1;
    return value;
  }

  #escape(): string {
    ESCAPE.lastIndex = this.#at;
    const [whole, octal, x, u, long, other = ''] =
      ESCAPE.exec(this.#text) ?? this.#fail('an escape sequence');
    const code = octal === undefined ? Number.parseInt(x ?? u ?? long ?? '', 16) : Number.parseInt(octal, 8);
    if (code > 0x10_ffff) this.#fail('a code point of 10FFFF at most');
    if (other === 'N') this.#fail('a character, or \\x, \\u or \\U and its code point, instead of \\N');
    if (/[xuU]/.test(other)) this.#fail('2 hexadecimal digits after \\x, 4 after \\u or 8 after \\U');
    this.#at += whole.length;
    // Python keeps an escape that it does not know as it is.
    return Number.isNaN(code) ? (CONTROL_ESCAPES.get(other) ?? whole) : String.fromCodePoint(code);
  }

  #take(): string {
    this.#at += 1;
    return this.#text.charAt(this.#at - 1);
  }

  #skip(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  /** The next character after white space, or '' at the end. */
  #peek(): string {
    this.#match(SPACE);
    return this.#text.charAt(this.#at);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(expected: string): never {
    throw new SyntaxError(`expected ${expected} at character ${this.#at + 1}`);
  }
}
