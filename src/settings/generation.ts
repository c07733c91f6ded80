/** The Prefects that can be served, by their major versions. Who adds one is led by tsc to each choice between them. */
export const GENERATIONS = [1, 3] as const;

export type Generation = (typeof GENERATIONS)[number];
