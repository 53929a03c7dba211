import type { UserId } from '../../domain/shared/ids.js';
import { parseUserId } from '../../domain/shared/ids.js';
import type { UserCommand, UserEvent, UserRejection } from '../../domain/user/messages.js';
import type { UserState } from '../../domain/user/user.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { CommandHandler } from '../shared/command-handler.js';
import { mintedBy } from '../shared/minted-ids.js';

export type UserHandler = CommandHandler<UserState, UserCommand, UserEvent, UserRejection>;

/** The id of the user that a command invites: the same each time the command is carried out. */
export function userIdOf(commandId: string): UserId {
  return mintedBy(parseUserId, 'usr', commandId);
}

/** Of what users do to their own accounts. */
export function metadataOf(userId: UserId, commandId: string, requestId: string): EventMetadata {
  return {
    commandId,
    correlationId: requestId,
    causationId: requestId,
    actor: { kind: 'user', id: userId },
    reason: null,
  };
}
