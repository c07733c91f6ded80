/** What stands in the elements of a name in an answer of the query protocol, in its order. */
export function textsOf(xml: string, element: string): readonly string[] {
  return Array.from(xml.matchAll(new RegExp(`<${element}>([^<]+)<`, 'g')), ([, text = '']) => text);
}
