import { ConversationReopenDocument } from '../gql/graphql';
import { act } from '../lib/client';
import { desk } from '../lib/desk.svelte';
import { complain } from '../lib/errors';
import { t } from '../lib/i18n/index.svelte';
import { toasts } from '../lib/toasts.svelte';

/** Takes back that a conversation was resolved; whether it is open. */
export default async function reopen(conversationId: string): Promise<boolean> {
  try {
    const { conversation } = (await act(ConversationReopenDocument, { input: { conversationId } })).conversationReopen;
    if (conversation) desk.put(conversation);
    toasts.show('good', t(conversation?.assignee?.id === desk.me?.id ? 'snooze.woken' : 'reopen.waits'));
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}
