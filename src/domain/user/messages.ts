import type { UserId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Role } from './roles.js';

/** `by` is the id of whoever gives the command: nobody decides these things of themselves. */
export type UserCommand = { readonly at: Instant } & (
  | { readonly type: 'InviteUser'; readonly userId: UserId; readonly role: Role }
  | { readonly type: 'ActivateUser' }
  | { readonly type: 'OfferPasswordLink'; readonly by: string }
  | { readonly type: 'AssignRole'; readonly role: Role; readonly by: string }
  | { readonly type: 'DisableUser'; readonly by: string }
  | { readonly type: 'EnableUser'; readonly by: string }
  | { readonly type: 'ReplacePassword' }
  | { readonly type: 'EnableSecondStep' }
  | { readonly type: 'RemoveSecondStep' }
);

/** Facts of one user, without a name, an address or a secret. `at` is when the fact was decided here. */
export type UserEvent = { readonly at: Instant } & (
  | { readonly type: 'UserInvited'; readonly userId: UserId; readonly role: Role }
  /** The invited person chose a password: from here on they can sign in. */
  | { readonly type: 'UserActivated' }
  /** A link was made by which the user can choose a password anew. */
  | { readonly type: 'UserPasswordLinkOffered' }
  | { readonly type: 'UserRoleAssigned'; readonly role: Role }
  | { readonly type: 'UserDisabled' }
  | { readonly type: 'UserEnabled' }
  | { readonly type: 'UserPasswordReplaced' }
  | { readonly type: 'UserSecondStepEnabled' }
  | { readonly type: 'UserSecondStepRemoved' }
);

export type UserRejection =
  | { readonly code: 'user_not_found' }
  | { readonly code: 'user_already_exists' }
  | { readonly code: 'user_not_active'; readonly status: string }
  | { readonly code: 'user_is_yourself' };
