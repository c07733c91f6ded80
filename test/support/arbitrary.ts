import fc from 'fast-check';

/** Texts that have broken programs before. */
export const nastyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '\u001b[31mred\u001b[0m',
    '\u009b2J',
    'a\nb',
    '__proto__',
    'constructor',
    '\ud800',
    '${__proto__}',
    '1e999',
    'x'.repeat(20_000),
  ),
);

const nastyKey = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length', 'then', 'name', 'type', ''),
);

const deep = fc.integer({ min: 1, max: 4000 }).map((depth): unknown => {
  let value: unknown = 'deep';
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { state: value };
  return value;
});

/** Whatever a JSON document can hold: keys that are `__proto__` and deep nesting too. */
export const anyJson: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 20, arbitrary: tree() },
  { weight: 1, arbitrary: deep },
);

function tree(): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom(null, true, false, 0, -1, 1.5, 1e300, Number.MAX_SAFE_INTEGER),
      nastyText,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.array(fc.tuple(nastyKey, tie('value')), { maxLength: 4 }).map(fromPairs),
    ),
  })).value;
}

/** A valid document in which a few places hold something else, or keys are missing or added. */
export function mutated(valid: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(valid);
  const change = fc.record({ at: fc.nat(places.length - 1), to: anyJson, kind: fc.nat(4), key: nastyKey });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) =>
    changes.reduce<unknown>((document, { at, to, kind, key }) => {
      const place = places[at] ?? [];
      return kind === 0 ? changed(document, [...place, key], to) : changed(document, place, to);
    }, valid),
  );
}

type Path = readonly (string | number)[];

function placesOf(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [[]];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    placesOf(item).map((path): Path => [Array.isArray(value) ? Number(key) : key, ...path]),
  );
  return [[], ...inner];
}

function changed(document: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(document))
    return document.map((item: unknown, i) => (i === key ? changed(item, rest, to) : item));
  if (typeof document !== 'object' || document === null) return document;
  const entries = new Map(Object.entries(document));
  entries.set(String(key), changed(entries.get(String(key)), rest, to));
  return fromPairs([...entries]);
}

/** As JSON.parse makes it: `__proto__` is a key like any other. */
function fromPairs(pairs: readonly (readonly [string, unknown])[]): unknown {
  return Object.fromEntries(pairs);
}
