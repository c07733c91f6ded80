/**
 * Like `Promise.all`, but waits for all of them where one fails: what is still under way would go on in a process that
 * is frozen, and nobody would hear what it was told.
 * @throws what the first of them in order threw.
 */
export async function allDone<const Work extends readonly unknown[]>(
  work: Work,
): Promise<{ -readonly [Key in keyof Work]: Awaited<Work[Key]> }> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
