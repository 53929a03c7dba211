import type { CreditCommand } from '../../domain/credit/commands.js';
import type { CreditEvent } from '../../domain/credit/events.js';
import type { CreditRejection } from '../../domain/credit/rejections.js';
import type { CreditState } from '../../domain/credit/state.js';
import { parseCreditId } from '../../domain/shared/ids.js';
import type { Clock } from '../ports/clock.js';
import type { AgendaEntry, AgendaTask } from '../shared/agenda.js';
import { kept, promised } from '../shared/agenda.js';
import type { CommandHandler } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { idOf } from '../shared/stream-parts.js';

/**
 * Credit accounts by customer id. Other modules give `HoldCredit`, `SpendHold`, `ReleaseHold` and `RestoreCredit` through
 * it; what each does and when it is rejected stands beside the commands.
 */
export type CreditHandler = CommandHandler<CreditState, CreditCommand, CreditEvent, CreditRejection>;

export const expiryKind = 'credit.expiry';

/** A grant is on the agenda from the time it can expire until nothing of it is left. */
export function creditAgenda(event: CreditEvent): readonly AgendaEntry[] {
  switch (event.type) {
    case 'CreditGranted':
    case 'CreditExpiryExtended':
      return event.expiresAt === null ? [] : [promised(expiryKind, event.expiresAt, event.creditId)];
    case 'CreditSpent':
      return event.emptied.map((creditId) => kept(expiryKind, creditId));
    case 'CreditRestored':
      return event.revived.flatMap(({ creditId, expiresAt }) =>
        expiresAt === null ? [] : [promised(expiryKind, expiresAt, creditId)],
      );
    case 'CreditExpired':
      return [kept(expiryKind, event.creditId)];
    case 'CreditRevoked':
      return event.partly === 'some_left' ? [] : [kept(expiryKind, event.creditId)];
    case 'CreditHeld':
    case 'CreditHoldReleased':
    case 'CreditLeftUnpaid':
    case 'CreditUnpaidReturned':
      return [];
  }
}

/**
 * Books the expiry of a grant. Where all that is left is on hold there is nothing to book yet: the item comes back until the
 * hold has ended, which is booked with what it means for the grant.
 */
export function createExpiryTask(parts: {
  readonly handler: CreditHandler;
  readonly clock: Clock;
}): AgendaTask {
  const { handler, clock } = parts;
  return async ({ stream, item, event_id: promisedBy }) => {
    const creditId = parseCreditId(item);
    if (creditId === undefined) throw new TypeError(`${item} is no id of a grant`);
    const handled = await handler.handle(
      idOf(stream),
      { type: 'ExpireGrant', at: clock.now(), creditId },
      {
        commandId: commandIdOf(expiryKind, `${promisedBy} ${creditId}`),
        correlationId: promisedBy,
        causationId: promisedBy,
        actor: { kind: 'system', id: expiryKind },
        reason: null,
      },
    );
    // The grant was extended, and the agenda has not heard of it yet.
    if (handled.outcome === 'rejected' && handled.rejection.code !== 'credit_not_expired') {
      throw new TypeError(`${creditId} cannot expire: ${handled.rejection.code}`);
    }
  };
}
