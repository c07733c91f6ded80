import { randomUUID } from 'node:crypto';
import { seededRandom } from './seeded-random.ts';

/** Makes UUIDs: for a seed the same ones in the same order, without one random ones. */
export function idMaker(seed: number | undefined): () => string {
  return seed === undefined ? randomUUID : uuids(seededRandom(String(seed)));
}

/** Version 4 UUIDs from `random`: a seeded generator gives the same ones in the same order. */
export function uuids(random: () => number): () => string {
  const hex = (length: number): string =>
    Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
  return () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}
