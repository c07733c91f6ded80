import { describe, expect, test } from 'vitest';
import { pythonRepr, type PythonValue } from '../../../src/python/python-repr.ts';

describe('pythonRepr', () => {
  // The right column is what CPython 3.11 printed for the left one.
  const pairs: readonly [PythonValue, string][] = [
    [[], '[]'],
    [['prod'], "['prod']"],
    [['a', 'b c'], "['a', 'b c']"],
    [["it's"], `["it's"]`],
    [['say "hi"'], `['say "hi"']`],
    [['it\'s "both"'], `['it\\'s "both"']`],
    [['back\\slash'], "['back\\\\slash']"],
    [['line\nfeed', 'tab\t', 'return\r'], "['line\\nfeed', 'tab\\t', 'return\\r']"],
    [['\x00\x1b\x7f\x85\xa0\xad'], "['\\x00\\x1b\\x7f\\x85\\xa0\\xad']"],
    [['\u200b\u2028\u3000\ufeff'], "['\\u200b\\u2028\\u3000\\ufeff']"],
    [['é中文', '😀'], "['é中文', '😀']"],
    [['\ue000', '\u{e0001}'], "['\\ue000', '\\U000e0001']"],
    [['\ud800'], "['\\ud800']"],
    [{ A: 'b', "it's": 'x' }, `{'A': 'b', "it's": 'x'}`],
    [
      { n: 1n, big: 10n ** 30n, t: true, f: false, none: null },
      "{'n': 1, 'big': 1000000000000000000000000000000, 't': True, 'f': False, 'none': None}",
    ],
    [{ nested: [{ a: [] }, {}] }, "{'nested': [{'a': []}, {}]}"],
    [[1, 1.5, -0, 123456789012345], '[1.0, 1.5, -0.0, 123456789012345.0]'],
    [[1e16, 1e300, 2.5e22], '[1e+16, 1e+300, 2.5e+22]'],
    [[0.0001, 1e-5, 1.5e-7], '[0.0001, 1e-05, 1.5e-07]'],
  ];
  test.each(pairs.map(([value, printed]) => ({ value, printed })))(
    'prints $printed',
    ({ value, printed }) => {
      expect(pythonRepr(value)).toBe(printed);
    },
  );
});
