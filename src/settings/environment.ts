/** The process's environment as a plain record. Functions and the command line hand it to `loadSettings`. */
export function environment(): Record<string, string | undefined> {
  return { ...process.env };
}
