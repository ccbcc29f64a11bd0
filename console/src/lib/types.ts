import type {
  AgentBitsFragment,
  ConversationQuery,
  ConversationsQuery,
  DraftedFragment,
  ItemFragment,
  OfferBitsFragment,
  PersonFragment,
  RowFragment,
  ViewerQuery,
} from '../gql/graphql';

export type Agent = AgentBitsFragment;
export type Item = ItemFragment;
export type Offer = OfferBitsFragment;
export type Drafted = DraftedFragment;
export type Person = PersonFragment;
export type Row = RowFragment;
export type Listed = ConversationsQuery['conversations']['nodes'][number];
export type Preview = Listed['timeline']['nodes'][number];
export type Detail = NonNullable<ConversationQuery['conversation']>;
export type Viewer = ViewerQuery['viewer'];

/** What subscriptions carry; a client lives on when kinds are added. */
export type Change =
  | { __typename: 'OfferChange'; offer: Offer }
  | { __typename: 'ConversationChange'; conversation: Row }
  | { __typename: 'ItemChange'; item: Item }
  | { __typename: 'CustomerChange'; customer: Person }
  | { __typename: 'AgentChange'; agent: Agent }
  | { __typename: 'ReplyDraftChange'; replyDraft: Drafted }
  | { __typename: 'TypingChange'; by: string; seconds: number }
  | { __typename: 'Resync' | 'Ready' };
