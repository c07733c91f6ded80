/** Reads what templates refer to. Every method throws `PrefectApiError` when the API can't be had. */
export interface PrefectDocuments {
  /** The data of a block document, secrets included; undefined: there is none. */
  blockById(id: string, signal: AbortSignal): Promise<Readonly<Record<string, unknown>> | undefined>;
  blockByName(
    blockTypeSlug: string,
    name: string,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** The value of a variable, any JSON; undefined: there is none. */
  variable(name: string, signal: AbortSignal): Promise<unknown>;
}
