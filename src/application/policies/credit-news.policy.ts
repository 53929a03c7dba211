import type { CreditEvent, CreditEventOf } from '../../domain/credit/events.js';
import { isIssued, payableOf } from '../../domain/invoice/state.js';
import { find } from '../../domain/shared/id-index.js';
import type { CreditId, CreditNoteId, CustomerId, InvoiceId } from '../../domain/shared/ids.js';
import { parseCustomerId } from '../../domain/shared/ids.js';
import type { Money } from '../../domain/shared/money.js';
import { isPositive, smaller, subtract, zero } from '../../domain/shared/money.js';
import { creditCodec } from '../credit/credit.codec.js';
import type { CreditHandler } from '../credit/credit-agenda.js';
import { creditNoteIdOf, invoiceIdOf } from '../invoice/invoice-ids.js';
import type { InvoiceOperations } from '../invoice/invoice-operations.js';
import type { Clock } from '../ports/clock.js';
import type { RecordedEvent } from '../ports/event-store.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { issueInvoice } from './issue-invoice.js';
import { grantKeptCredit, keptCreditIdOf } from './kept-credit.js';
import { idOfStream, mustBeAccepted } from './policy-steps.js';

const name = 'credit_news';

/**
 * Credit that was spent and whose money is gone is asked for by an invoice of its own. What of it comes back from what it
 * had been spent on is asked for no more; where the customer has paid for it since, it is credit again.
 */
export function createCreditNews(parts: {
  readonly credits: CreditHandler;
  readonly invoices: InvoiceOperations;
  readonly clock: Clock;
}): Policy {
  const { credits, invoices, clock } = parts;

  async function leftUnpaid(
    { creditId, amount, debt = 1 }: CreditEventOf<'CreditLeftUnpaid'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const customerId = idOfStream(recorded.stream, parseCustomerId);
    const { currency } = amount;
    await issueInvoice(invoices, clock, {
      details: {
        ...{ invoiceId: invoiceOf(creditId, debt), customerId, orderId: null, currency },
        purpose: 'returned_payment',
      },
      description: `Credit ${creditId}: spent, and its payment was returned`,
      amount,
      metadataOf: (step) => becauseOf(recorded, name, step),
    });
  }

  async function returned(
    { creditId, amount }: CreditEventOf<'CreditUnpaidReturned'>,
    recorded: RecordedEvent,
  ): Promise<void> {
    const customerId = idOfStream(recorded.stream, parseCustomerId);
    const { state } = await credits.load(customerId);
    if (state.status === 'absent') return;
    // It is granted last: all else was done before.
    if (find(state.grants, keptCreditIdOf(recorded.id)) !== undefined) return;
    const debts = Array.from({ length: find(state.grants, creditId)?.debts ?? 0 }, (_, nth) => nth + 1);
    let rest = amount;
    const open: number[] = [];
    for (const debt of debts) {
      const known = await noteOn(creditId, debt, recorded);
      if (known === undefined) open.push(debt);
      else rest = subtract(rest, known);
    }
    for (const debt of open) {
      if (isPositive(rest))
        rest = subtract(rest, await credit(invoiceOf(creditId, debt), rest, debt, recorded));
    }
    if (isPositive(rest)) await grantAgain(customerId, creditId, rest, recorded);
  }

  /** What an earlier telling credited, whatever has become of the invoices since; undefined for nothing yet. */
  async function noteOn(
    creditId: CreditId,
    debt: number,
    recorded: RecordedEvent,
  ): Promise<Money | undefined> {
    const { state } = await invoices.load(invoiceOf(creditId, debt));
    const creditNoteId = noteOf(recorded, debt);
    return isIssued(state)
      ? state.creditNotes.find((note) => note.creditNoteId === creditNoteId)?.total
      : undefined;
  }

  /** How much the invoice asks for no more: as much as it still did. */
  async function credit(
    invoiceId: InvoiceId,
    amount: Money,
    debt: number,
    recorded: RecordedEvent,
  ): Promise<Money> {
    const creditNoteId = noteOf(recorded, debt);
    const { state } = await invoices.load(invoiceId);
    if (!isIssued(state)) throw new Error(`${invoiceId} is not issued yet`);
    const part = smaller(amount, payableOf(state));
    if (!isPositive(part)) return zero(amount.currency);
    const credited = await invoices.credit(
      invoiceId,
      { creditNoteId, scope: { by: 'total', amount: part }, creditReason: 'returned' },
      becauseOf(recorded, name, `credit${nthOf(debt)}`),
    );
    mustBeAccepted(credited, `credit ${invoiceId}`);
    return part;
  }

  async function grantAgain(
    customerId: CustomerId,
    creditId: CreditId,
    amount: Money,
    recorded: RecordedEvent,
  ): Promise<void> {
    await grantKeptCredit(
      { credits, clock },
      {
        ...{ customerId, amount, creditId: keptCreditIdOf(recorded.id) },
        ...{ grantType: 'prepaid', source: 'returned_payment', metadata: { credit: creditId } },
      },
      becauseOf(recorded, name, 'grant'),
    );
  }

  return createPolicy<CreditEvent>({
    name,
    category: 'creditAccount',
    codec: creditCodec,
    reactions: { CreditLeftUnpaid: leftUnpaid, CreditUnpaidReturned: returned },
  });
}

function invoiceOf(creditId: CreditId, debt: number): InvoiceId {
  return invoiceIdOf(commandIdOf('invoice of unpaid credit', `${creditId}${nthOf(debt)}`));
}

function noteOf(recorded: RecordedEvent, debt: number): CreditNoteId {
  return creditNoteIdOf(commandIdOf('unpaid credit returned', `${recorded.id}${nthOf(debt)}`));
}

/** Most grants have one debt at most, which needs no name. */
function nthOf(debt: number): string {
  return debt === 1 ? '' : ` ${debt}`;
}
