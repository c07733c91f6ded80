import { expect } from 'vitest';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z$/;

/**
 * Compares an answer with the recorded one, in all but ids, times and the names that the server gives to runs,
 * and learns which of our ids stands for which recorded one.
 */
export function compareRecorded(
  actual: unknown,
  expected: unknown,
  ids: Map<string, string>,
  path: string,
): void {
  if (typeof expected === 'string' && UUID.test(expected)) {
    expect(actual, path).toMatch(UUID);
    const known = ids.get(expected) ?? String(actual);
    expect(actual, path).toBe(known);
    ids.set(expected, known);
  } else if (typeof expected === 'string' && TIME.test(expected)) {
    expect(actual, path).toMatch(TIME);
  } else if (expected === '<template>') {
    expect(actual, path).toBeTypeOf('object');
  } else if (/\.(estimated_start_time_delta|\w+_run_time)$/.test(path)) {
    expect(actual, path).toBeTypeOf('number');
  } else if (Array.isArray(expected)) {
    expect(Array.isArray(actual) ? actual.length : actual, path).toBe(expected.length);
    for (const [index, value] of expected.entries()) {
      compareRecorded((actual as unknown[])[index], value, ids, `${path}[${index}]`);
    }
  } else if (typeof expected === 'object' && expected !== null) {
    compareObjects(asObject(actual, path), asObject(expected, path), ids, path);
  } else if (typeof expected === 'string') {
    expect(actual, path).toBe(inOurIds(expected, ids));
  } else {
    expect(actual, path).toBe(expected);
  }
}

function compareObjects(
  actual: Record<string, unknown>,
  expected: Record<string, unknown>,
  ids: Map<string, string>,
  path: string,
): void {
  // The members that say nothing were not recorded.
  const members = path.endsWith('.state_details')
    ? Object.keys(actual).filter((key) => actual[key] !== null && actual[key] !== false)
    : Object.keys(actual);
  expect(members.toSorted(), path).toEqual(Object.keys(expected).toSorted());
  for (const [key, value] of Object.entries(expected)) {
    const isNameOfRun = key === 'name' && 'state_type' in expected;
    // The genuine server's has a default in it.
    const isEcho = key === 'request_body';
    // The genuine server notes a moment later that a deployment was polled.
    const isPolled = 'entrypoint' in expected && (key === 'last_polled' || key === 'status');
    if (!isNameOfRun && !isEcho && !isPolled) compareRecorded(actual[key], value, ids, `${path}.${key}`);
  }
}

function asObject(value: unknown, path: string): Record<string, unknown> {
  expect(value, path).toBeTypeOf('object');
  return value as Record<string, unknown>;
}

function inOurIds(text: string, ids: ReadonlyMap<string, string>): string {
  return text.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => ids.get(id) ?? id);
}
