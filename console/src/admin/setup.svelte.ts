import {
  ApiKeysDocument,
  BotsDocument,
  BranchesDocument,
  ChannelsDocument,
  MembersDocument,
  QueueSetupDocument,
  SitesDocument,
  SkillsDocument,
  VerifiersDocument,
  WorkCodesDocument,
  type ApiKeysQuery,
  type BotsQuery,
  type BranchBitsFragment,
  type CannedFragment,
  type ChannelsQuery,
  type CodeBitsFragment,
  type KeyBitsFragment,
  type MemberBitsFragment,
  type QueueBitsFragment,
  type SiteBitsFragment,
  type VerifierBitsFragment,
} from '../gql/admin/graphql';
import { EmergencyPlansDocument, type EmergencyBitsFragment } from '../gql/emergency/graphql';
import { CannedRepliesDocument } from '../gql/graphql';
import { ask } from '../lib/client';
import { words } from '../lib/errors';
import { Failed } from '../lib/failed';
import { bare } from '../lib/ids';
import { names } from '../lib/names.svelte';

export type Site = SiteBitsFragment;
export type Branch = BranchBitsFragment;
export type Code = CodeBitsFragment;
export type Verifier = VerifierBitsFragment;
export type Queue = QueueBitsFragment;
export type Member = MemberBitsFragment;
export type Key = KeyBitsFragment;
export type Bot = BotsQuery['bots'][number];
export type Account = ChannelsQuery['channelAccounts'][number];
/** A canned reply; its title is its name here. */
export type Reply = CannedFragment & { name: string };
export interface Skill {
  id: string;
  name: string;
}

interface Parts {
  sites: Site[];
  branches: Branch[];
  skills: Skill[];
  queues: Queue[];
  agents: Member[];
  bots: Bot[];
  keys: ApiKeysQuery['apiKeys'];
  channels: Account[];
  replies: Reply[];
  emergency: EmergencyBitsFragment[];
  codes: Code[];
  verifiers: Verifier[];
}
export type Part = keyof Parts;

/** Pages of people that are read at most: ten thousand people. */
const PAGES = 100;

const readers: { [P in Part]: () => Promise<Parts[P]> } = {
  sites: async () => (await ask(SitesDocument, {})).sites,
  branches: async () => (await ask(BranchesDocument, {})).branches,
  skills: async () => (await ask(SkillsDocument, {})).skills,
  queues: async () => (await ask(QueueSetupDocument, {})).queues,
  agents: readAgents,
  bots: async () => (await ask(BotsDocument, {})).bots,
  keys: async () => (await ask(ApiKeysDocument, {})).apiKeys,
  replies: async () => (await ask(CannedRepliesDocument, {})).cannedReplies.map((reply) => ({ ...reply, name: reply.title })),
  emergency: async () => (await ask(EmergencyPlansDocument, {})).emergencyPlans,
  codes: async () => (await ask(WorkCodesDocument, {})).workCodes,
  verifiers: async () => (await ask(VerifiersDocument, {})).identityVerifiers,
  channels: async () => (await ask(ChannelsDocument, {})).channelAccounts,
};

async function readAgents(): Promise<Member[]> {
  const all: Member[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const { agents }: { agents: { nodes: Member[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } } } = await ask(
      MembersDocument,
      { first: 100, after },
    );
    all.push(...agents.nodes);
    if (!agents.pageInfo.hasNextPage) break;
    after = agents.pageInfo.endCursor ?? null;
  }
  names.learn(all);
  return all;
}

/** The tenant's set-up as this page knows it: null until a part was read. */
/** Between two tries without a connection, milliseconds. */
const AGAIN = 2000;

class Setup {
  private readonly waiting = new Set<Part>();
  parts = $state.raw<{ [P in Part]: Parts[P] | null }>(none());
  failed = $state.raw<Partial<Record<Part, string>>>({});

  reset(): void {
    [this.parts, this.failed] = [none(), {}];
  }

  async read(...wanted: Part[]): Promise<void> {
    await Promise.all(wanted.map((part) => this.readOne(part)));
  }

  /** A row that was saved, where it belongs by name. */
  put<P extends Part>(part: P, row: Parts[P][number]): void {
    const others = (this.parts[part] ?? []).filter((other) => other.id !== row.id) as Parts[P][number][];
    const rows = part === 'keys' ? [row, ...others] : [...others, row].sort((a, b) => a.name.localeCompare(b.name));
    this.parts = { ...this.parts, [part]: rows };
  }

  /** A row that is gone. */
  drop<P extends Part>(part: P, id: string): void {
    this.parts = { ...this.parts, [part]: (this.parts[part] as { id: string }[] | null)?.filter((row) => row.id !== id) ?? null };
  }

  /** The name of anything, by its id with or without prefix. */
  name(id: string | null | undefined): string | null {
    if (!id) return null;
    const wanted = bare(id);
    const { branches, ...rest } = this.parts;
    const teams = (branches ?? []).flatMap((branch) => branch.teams);
    const all = [...Object.values(rest).flatMap((rows) => rows ?? []), ...(branches ?? []), ...teams] as { id: string; name: string }[];
    return all.find((row) => bare(row.id) === wanted)?.name ?? null;
  }

  private async readOne<P extends Part>(part: P): Promise<void> {
    try {
      const rows = await readers[part]();
      this.parts = { ...this.parts, [part]: rows };
      const { [part]: _, ...failed } = this.failed;
      this.failed = failed;
    } catch (error) {
      this.failed = { ...this.failed, [part]: words(error) };
      if (error instanceof Failed && ['NETWORK', 'UNAVAILABLE'].includes(error.code)) this.later(part);
    }
  }

  /** Without a connection it is tried again by itself, as the words promise. */
  private later(part: Part): void {
    if (this.waiting.has(part)) return;
    this.waiting.add(part);
    setTimeout(() => {
      this.waiting.delete(part);
      void this.readOne(part);
    }, AGAIN);
  }
}

function none(): { [P in Part]: null } {
  return { sites: null, branches: null, skills: null, queues: null, agents: null, bots: null, keys: null, channels: null, replies: null, emergency: null, codes: null, verifiers: null };
}

export const setup = new Setup();
