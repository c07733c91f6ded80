import { createInterface } from 'node:readline/promises';

/** Asks a person yes or no. Anything but a yes is a no, Ctrl-C and the end of the input as well. */
export async function confirm(
  question: string,
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): Promise<boolean> {
  const asked = createInterface({ input, output });
  const closed = new Promise<string>((resolve) => {
    asked.once('close', () => {
      resolve('');
    });
  });
  const answer = await Promise.race([asked.question(`${question} [y/N] `), closed]);
  asked.close();
  return /^y(es)?$/i.test(answer.trim());
}
