/** Where a document is. */
export type DocumentLocation =
  { readonly kind: 'file'; readonly path: string } | { readonly kind: 's3' | 'https'; readonly url: string };

/**
 * What a path stands for: `s3://bucket/key`, an https address, or a file, for which Prefect also has `file://`, `agent://` and
 * `local://`. Undefined for any other scheme. As `parse_path` of Prefect 1.4.1, without Google's storage and plain http.
 */
export function documentLocation(place: string): DocumentLocation | undefined {
  if (/^s3:\/\/[^/]+\/./i.test(place)) return { kind: 's3', url: place };
  if (/^https:\/\/[^/]/i.test(place)) return { kind: 'https', url: place };
  const [, scheme, path] = /^([a-z][a-z0-9+.-]+):\/\/[^/]*(.*)$/is.exec(place) ?? [];
  if (scheme === undefined) return { kind: 'file', path: place };
  if (path && /^(file|agent|local)$/i.test(scheme)) return { kind: 'file', path };
  return undefined;
}
