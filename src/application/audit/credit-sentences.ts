import type { CreditEvent } from '../../domain/credit/events.js';
import type { CreditPart } from '../../domain/credit/grant.js';
import { format } from '../../domain/shared/money.js';

/** What happened to a customer's credit, in one sentence; amounts in major units. */
export function describeCreditEvent(event: CreditEvent): string {
  switch (event.type) {
    case 'CreditGranted': {
      const kind = event.grantType.replaceAll('_', '-');
      const until = event.expiresAt === null ? 'without an expiry' : `to be spent before ${event.expiresAt}`;
      return `Granted ${format(event.amount)} of ${kind} credit ${event.creditId}, ${until}.`;
    }
    case 'CreditHeld':
      return `Set ${format(event.amount)} of credit aside${forInvoice(event)}: ${list(event.parts)}.`;
    case 'CreditHoldReleased':
      return `Let ${format(event.amount)} of credit go${forInvoice(event)}: ${list(event.parts)}.`;
    case 'CreditSpent':
      return `Spent ${format(event.amount)} of credit${forInvoice(event)}: ${list(event.parts)}.`;
    case 'CreditRestored':
      return `Gave ${format(event.amount)} of spent credit back: ${list(event.parts)}.`;
    case 'CreditExpired':
      return `${format(event.amount)} of credit ${event.creditId} expired unspent.`;
    case 'CreditExpiryExtended':
      return `${format(event.amount)} of credit ${event.creditId} came back late and can be spent before ${event.expiresAt}.`;
    case 'CreditRevoked':
      if (event.partly !== undefined) return `Revoked ${format(event.amount)} of credit ${event.creditId}.`;
      return `Revoked credit ${event.creditId}, of which ${format(event.amount)} was left.`;
    case 'CreditLeftUnpaid':
      return `The money behind ${format(event.amount)} of spent credit ${event.creditId} is gone: it is owed.`;
    case 'CreditUnpaidReturned':
      return `${format(event.amount)} of unpaid credit ${event.creditId} came back, and is owed no more.`;
  }
}

function forInvoice({ invoiceId }: { readonly invoiceId: string | null }): string {
  return invoiceId === null ? '' : ` for invoice ${invoiceId}`;
}

function list(parts: readonly CreditPart[]): string {
  return parts.map(({ creditId, amount }) => `${format(amount)} from ${creditId}`).join(', ');
}
