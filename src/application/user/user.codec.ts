import { z } from 'zod';
import { parseUserId } from '../../domain/shared/ids.js';
import type { UserEvent } from '../../domain/user/messages.js';
import { roles } from '../../domain/user/roles.js';
import { createEventCodec, storedId, storedInstant } from '../shared/event-codec.js';

const at = storedInstant;
const role = z.enum(roles);

/** What a user's facts look like in the store; tests/golden-events holds an example of every version. */
export const userCodec = createEventCodec<UserEvent>({
  UserInvited: z
    .strictObject({ at, userId: storedId(parseUserId), role })
    .describe('Somebody may become a user of the console with this role. Name and address stand beside it.'),
  UserActivated: z.strictObject({ at }).describe('The invited person chose a password and can sign in.'),
  UserPasswordLinkOffered: z
    .strictObject({ at })
    .describe('A link was made by which the user can choose a password anew.'),
  UserRoleAssigned: z.strictObject({ at, role }).describe('The user has this role from now on.'),
  UserDisabled: z
    .strictObject({ at })
    .describe('The user can no longer sign in, and is signed out everywhere.'),
  UserEnabled: z.strictObject({ at }).describe('The user may sign in again.'),
  UserPasswordReplaced: z.strictObject({ at }).describe('The user chose another password.'),
  UserSecondStepEnabled: z
    .strictObject({ at })
    .describe('From now on signing in needs a one-time code beside the password.'),
  UserSecondStepRemoved: z.strictObject({ at }).describe('The password alone is enough again.'),
});
