import { ConversationTakeFromBotDocument } from '../gql/bots/graphql';
import { act } from '../lib/client';
import { desk } from '../lib/desk.svelte';
import { complain } from '../lib/errors';
import { toasts } from '../lib/toasts.svelte';
import { say } from './hands.words';

/** Takes a conversation from its bot: it is the agent's at once. */
export default async function take(conversationId: string): Promise<void> {
  try {
    const { conversation } = (await act(ConversationTakeFromBotDocument, { input: { conversationId } })).conversationTakeFromBot;
    if (conversation) desk.put(conversation);
    toasts.show('good', say('taken'));
  } catch (error) {
    complain(error);
  }
}
