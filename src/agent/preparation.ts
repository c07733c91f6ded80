/** What is known of a due flow run before it is claimed. Only a `ready` one is claimed. */
export type Preparation =
  | { readonly kind: 'ready' }
  /** It can never be launched: it is marked Failed with the reason. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** It can't be launched for a reason that lies in the agent: it stays in the queue, and health says so. */
  | { readonly kind: 'blocked'; readonly reason: string }
  /** It can't be launched for a reason that lies in what it asks for, and may yet be: it stays in the queue. */
  | { readonly kind: 'left'; readonly reason: string }
  /** It is Running, and a process of it lives: it stays as it is, and is no cause for concern. */
  | { readonly kind: 'busy' }
  /** It can't be launched within the next seconds, and others can: it stays in the queue for the next look. */
  | { readonly kind: 'later'; readonly reason: string };
