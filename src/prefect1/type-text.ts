/** A `type` as a reason names it. What is no text may not even be convertible to it: JSON may hold a `toString`. */
export function typeText(type: unknown): string {
  if (typeof type === 'string') return type;
  return type === null ? 'null' : typeof type;
}
