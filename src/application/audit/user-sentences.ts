import type { UserEvent } from '../../domain/user/messages.js';

/** What happened to a user of the console, in one sentence. */
export function describeUserEvent(event: UserEvent): string {
  switch (event.type) {
    case 'UserInvited':
      return `Invited ${event.userId} to the console as ${event.role}.`;
    case 'UserActivated':
      return 'The user chose a password and can sign in.';
    case 'UserPasswordLinkOffered':
      return 'A link to choose a password anew was made for the user.';
    case 'UserRoleAssigned':
      return `The user has the role ${event.role} from now on.`;
    case 'UserDisabled':
      return 'The user can no longer sign in.';
    case 'UserEnabled':
      return 'The user may sign in again.';
    case 'UserPasswordReplaced':
      return 'The user chose another password.';
    case 'UserSecondStepEnabled':
      return 'Signing in needs a one-time code from now on.';
    case 'UserSecondStepRemoved':
      return 'The password alone is enough to sign in again.';
  }
}
