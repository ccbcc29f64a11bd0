import { IdentityDeclarePersonalDocument, IdentityDeclareSharedDocument, IdentityValueBlockDocument, IdentityValueUnblockDocument, type IdentityValueInput, type RuleFragment } from '../gql/identity/graphql';
import { act } from './client';
import type { Say } from './worth';

/** Says it; what is declared now, null when it was taken back. */
export async function declare(what: Say, input: IdentityValueInput): Promise<RuleFragment | null> {
  switch (what) {
    case 'shared':
      return (await act(IdentityDeclareSharedDocument, { input })).identityDeclareShared.rule ?? null;
    case 'personal':
      return (await act(IdentityDeclarePersonalDocument, { input })).identityDeclarePersonal.rule ?? null;
    case 'block':
      return (await act(IdentityValueBlockDocument, { input })).identityValueBlock.rule ?? null;
    case 'clear':
      return (await act(IdentityValueUnblockDocument, { input })).identityValueUnblock.rule ?? null;
  }
}
