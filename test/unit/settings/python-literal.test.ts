import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pythonRepr, type PythonValue } from '../../../src/python/python-repr.ts';
import { parsePythonLiteral } from '../../../src/settings/python-literal.ts';

const { value: anyValue } = fc.letrec<{ value: PythonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.bigInt(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value')),
    fc.dictionary(fc.string(), tie('value')),
  ),
}));

describe('parsePythonLiteral', () => {
  test.each<[string, PythonValue]>([
    [`['a', "b"]`, ['a', 'b']],
    [`('a', 'b',)`, ['a', 'b']],
    [`'a', 'b'`, ['a', 'b']],
    [`('a')`, 'a'],
    [`('a',)`, ['a']],
    ['()', []],
    [` [ 'a' ,\n 'b' , ] `, ['a', 'b']],
    [`u'a'`, 'a'],
    [`'a' "b"`, 'ab'],
    [
      `{'A': 'b', 'C': {'D': [1, 2.5, True, False, None]}}`,
      { A: 'b', C: { D: [1n, 2.5, true, false, null] } },
    ],
    [`{'__proto__': 'x'}`, Object.fromEntries([['__proto__', 'x']])],
    [`'\\x41\\u00e9\\U0001F600\\101\\n\\t\\\\\\'\\q\\/'`, "Aé😀A\n\t\\'\\q\\/"],
    [`'one\\\ntwo'`, 'onetwo'],
    ['-1_000', -1000n],
    ['123456789012345678901234567890', 123456789012345678901234567890n],
    ['.5', 0.5],
    ['1e3', 1000],
  ])('reads %s', (text, value) => {
    expect(parsePythonLiteral(text)).toEqual(value);
  });

  test.each([
    ['', 'at character 1'],
    ["['a'", '"," or "]" at character 5'],
    ["['a' 1]", '"," or "]" at character 6'],
    ["['a',,]", 'at character 6'],
    ["['a'] x", 'the end at character 7'],
    ["{'a' 1}", '":" after the key'],
    ['{1: 2}', 'a key in quotes'],
    ["{'a'}", '":" after the key'],
    ["'open", "the closing '"],
    ["'new\nline'", "the closing '"],
    ["'\\N{DASH}'", 'instead of \\N'],
    ["'\\x4'", '2 hexadecimal digits'],
    ["'\\U00110000'", '10FFFF'],
    ["'''a'''", 'single or double quotes'],
    ["b'a'", 'a string in quotes'],
    ["r'a'", 'a string in quotes'],
    ['prod', 'a string in quotes'],
    ['true', 'a string in quotes'],
    ['007', 'without leading zeros'],
    ['0x1f', 'a decimal number'],
    ["__import__('os')", 'a string in quotes'],
    ['1 + 1', 'the end'],
    ['['.repeat(40), 'at most 32 levels'],
    [`'${'a'.repeat(200_000)}'`, 'longer than'],
  ])('refuses %.20s and says what was expected', (text, message) => {
    expect(() => parsePythonLiteral(text)).toThrow(message);
  });

  test('reads back whatever Python prints', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(parsePythonLiteral(pythonRepr(value))).toEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  test('answers any text with a value or a SyntaxError', () => {
    const fragment = fc.constantFrom(
      '[',
      ']',
      '{',
      '}',
      '(',
      ')',
      ',',
      ':',
      "'",
      '"',
      '\\',
      'u',
      'None',
      '1',
      '.',
      ' ',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(fragment).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (raw) => {
        try {
          parsePythonLiteral(raw);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('quotes nothing of what it refuses, for it may be a secret', () => {
    expect(() => parsePythonLiteral("{'PASSWORD': hunter2}")).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') as string }),
    );
  });
});
