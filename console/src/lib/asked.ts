interface Consult {
  id: string;
  agentId: string;
  askedById: string;
  endedAt?: string | null;
}

/** Of conversations about which somebody is asked: what is open, and what of it was not known before; at first nothing is news. */
export function news<C extends { consults: readonly Consult[] }>(conversations: readonly C[], me: (agent: string) => boolean, known: ReadonlySet<string> | null): { open: (Consult & { conversation: C })[]; fresh: (Consult & { conversation: C })[] } {
  const open = conversations.flatMap((conversation) => conversation.consults.filter(({ agentId, endedAt }) => !endedAt && me(agentId)).map((one) => ({ ...one, conversation })));
  return { open, fresh: known ? open.filter(({ id }) => !known.has(id)) : [] };
}
