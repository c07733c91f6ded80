import type { Prefect3Client } from './client.ts';
import type { Clock } from '../clock.ts';
import type { PrefectDocuments } from './documents.ts';
import { RecentReads } from './recent-reads.ts';
import { blockDocument, variable } from './schemas.ts';

/** How long a document counts, in milliseconds: about as long as an invocation. */
const MAX_AGE_MS = 60_000;

/** Blocks and variables as the API has them, each read once for the runs of an invocation. */
export class ApiDocuments implements PrefectDocuments {
  readonly #client: Prefect3Client;
  readonly #blocks: RecentReads<Readonly<Record<string, unknown>> | undefined>;
  readonly #variables: RecentReads<unknown>;

  constructor(client: Prefect3Client, clock: Pick<Clock, 'now'>) {
    this.#client = client;
    this.#blocks = new RecentReads(clock, MAX_AGE_MS);
    this.#variables = new RecentReads(clock, MAX_AGE_MS);
  }

  async blockById(id: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined> {
    return this.#block(`/block_documents/${encodeURIComponent(id)}`, signal);
  }

  async blockByName(
    slug: string,
    name: string,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>> | undefined> {
    const type = `/block_types/slug/${encodeURIComponent(slug)}`;
    return this.#block(`${type}/block_documents/name/${encodeURIComponent(name)}`, signal);
  }

  async variable(name: string, signal: AbortSignal): Promise<unknown> {
    return this.#variables.read(name, async () => {
      const path = `/variables/name/${encodeURIComponent(name)}`;
      const request = { name: 'variables', method: 'GET', path, answer: variable } as const;
      return (await this.#client.find(request, signal))?.value;
    });
  }

  async #block(path: string, signal: AbortSignal) {
    return this.#blocks.read(path, async () => {
      const asked = `${path}?include_secrets=true`;
      const request = { name: 'block_documents', method: 'GET', path: asked, answer: blockDocument } as const;
      return (await this.#client.find(request, signal))?.data;
    });
  }
}
