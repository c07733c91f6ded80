/** More runs with values of their own, by hand: FUZZ=20 makes twenty times as many. */
const factor = Number(process.env['FUZZ'] ?? 1);

/** Parameters for `fc.assert`: so many runs of a property, the same ones each time. */
export function fuzz(numRuns: number): { readonly numRuns: number; readonly seed?: number } {
  return factor > 1 ? { numRuns: numRuns * factor } : { numRuns, seed: 20_261_123 };
}
