/** Text from elsewhere without what would steer a terminal; it keeps its lines. */
export function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]+/gu, ' ');
}
