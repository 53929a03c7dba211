import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { invoiceCodec } from '../../../src/application/invoice/invoice.codec.js';
import { invoiceJournalOf } from '../../../src/application/ledger/invoice-journals.js';
import type { InvoiceEvent } from '../../../src/domain/invoice/events.js';
import { invoice } from '../../../src/domain/invoice/invoice.js';
import {
  creditedOf,
  dueOf,
  isIssued,
  paidOf,
  payableOf,
  uncredited,
} from '../../../src/domain/invoice/state.js';
import { taxDueOf } from '../../../src/domain/invoice/tax-point.js';
import { assertUntilMet } from '../../support/assert-until-met.js';
import { holds } from '../../support/corpus.js';
import { foldInvoice, invoiceCommand, invoiceCommands } from '../../support/invoice-arbitraries.js';
import {
  details,
  draftInvoice,
  finalizeInvoice,
  history,
  lagoContent,
  play,
  recordFinalized,
  simple,
} from '../../support/invoice-examples.js';

const runs = { numRuns: 300 };

/** Balances by account after these facts. */
function balances(events: readonly InvoiceEvent[]): Readonly<Record<string, bigint>> {
  const totals: Record<string, bigint> = {};
  for (const { account, amount } of events.flatMap((event) => invoiceJournalOf(event)?.lines ?? [])) {
    totals[account] = (totals[account] ?? 0n) + amount.minor;
  }
  return totals;
}

/** A payment that goes back and what follows from it are appended together. */
function followsFromReturn(event: InvoiceEvent | undefined): boolean {
  if (event?.type === 'InvoiceDifferenceWrittenOff') return event.reason === 'payment_returned';
  return event?.type === 'InvoiceReopened';
}

describe('whatever commands come, in whatever order', () => {
  it('paid + credited + written off + due = total after every fact, and nothing is below zero', () => {
    const statuses = ['absent', 'draft', 'finalizing', 'open', 'paid', 'uncollectible', 'void'];
    const seen = new Set<string>();
    assertUntilMet(
      'invoice-conserves',
      fc.property(invoiceCommands, (commands) => {
        const { states, events } = play(commands);
        for (const [index, state] of states.entries()) {
          seen.add(state.status);
          if (!isIssued(state)) continue;
          const due = dueOf(state).minor;
          const parts = [paidOf(state).minor, creditedOf(state).minor, state.writtenOff.minor, due];
          if (state.status !== 'void') {
            expect(parts.reduce((sum, part) => sum + part, 0n)).toBe(state.priced.total.minor);
          }
          for (const part of [
            ...parts,
            payableOf(state).minor,
            ...Object.values(uncredited(state)).map(({ minor }) => minor),
          ]) {
            expect(part >= 0n).toBe(true);
          }
          for (const refund of state.refunds) {
            const asked = refund.parts.reduce((sum, { amount }) => sum + amount.minor, 0n);
            expect(asked).toBe(refund.amount.minor);
          }
          const ended = state.status === 'paid' || state.status === 'uncollectible';
          if (ended && !followsFromReturn(events[index])) expect(due).toBe(0n);
          expect(state.collections.filter(({ status }) => status === 'claimed').length).toBeLessThanOrEqual(
            1,
          );
        }
      }),
      runs,
      () => seen.size === statuses.length,
    );
    // The property would hold of little if no run ever came to the ends of an invoice.
    expect([...seen].sort()).toEqual(statuses);
  });

  it('the number and everything else that was issued never changes', () => {
    holds(
      'invoice-issued',
      fc.property(invoiceCommands, (commands) => {
        const issued = play(commands).states.filter(isIssued);
        for (const { number, priced, content, issuedOn, dueOn } of issued) {
          expect({ number, priced, content, issuedOn, dueOn }).toEqual({
            number: issued[0]?.number,
            priced: issued[0]?.priced,
            content: issued[0]?.content,
            issuedOn: issued[0]?.issuedOn,
            dueOn: issued[0]?.dueOn,
          });
        }
      }),
      { numRuns: 200 },
    );
  });

  it('it is paid once, and again only after it was reopened', () => {
    holds(
      'invoice-paid-once',
      fc.property(invoiceCommands, (commands) => {
        let paid = false;
        for (const { type } of play(commands).events) {
          if (type === 'InvoicePaid') {
            expect(paid).toBe(false);
            paid = true;
          }
          if (type === 'InvoiceReopened') paid = false;
        }
      }),
      runs,
    );
  });

  it('the same command twice leads to no new fact, or is refused', () => {
    holds(
      'invoice-twice',
      fc.property(invoiceCommands, invoiceCommand, (commands, command) => {
        const before = play(commands).states.at(-1) ?? invoice.initialState;
        const first = invoice.decide(before, command);
        if (first.outcome === 'rejected') return;
        const after = first.events.reduce(invoice.evolve, before);
        const second = invoice.decide(after, command);
        if (second.outcome === 'rejected') return;
        expect(second.events).toEqual([]);
      }),
      runs,
    );
  });

  it('the facts survive the store: encoded, written as JSON and decoded, they fold to the same state', () => {
    holds(
      'invoice-stored',
      fc.property(invoiceCommands, (commands) => {
        const { events } = play(commands);
        const stored = JSON.parse(JSON.stringify(events.map((event) => invoiceCodec.encode(event))));
        expect(foldInvoice(stored.map(invoiceCodec.decode))).toEqual(foldInvoice(events));
      }),
      { numRuns: 200 },
    );
  });
});

describe('the journals of an invoice', () => {
  it('balance after every fact, and receivable is what is due', () => {
    holds(
      'invoice-journals',
      fc.property(invoiceCommands, (commands) => {
        const { events, states } = play(commands);
        for (const [index, state] of states.entries()) {
          const books = balances(events.slice(0, index));
          expect(Object.values(books).reduce((sum, balance) => sum + balance, 0n)).toBe(0n);
          const receivable = isIssued(state) ? dueOf(state).minor : 0n;
          // Between an invoice and the fact that it is paid there is nothing due on either side.
          expect(books['accounts_receivable'] ?? 0n).toBe(receivable);
        }
      }),
      runs,
    );
  });

  it('end with income and tax of what was neither credited nor voided', () => {
    let takenBack = 0;
    let fellDue = 0;
    let givenUp = 0;
    assertUntilMet(
      'invoice-journals-end',
      fc.property(invoiceCommands, (commands) => {
        const { events } = play(commands);
        const state = foldInvoice(events);
        const books = balances(events);
        const credited = isIssued(state) ? state.creditNotes.filter(({ number }) => number !== null) : [];
        const net = (of: readonly { readonly net: { readonly minor: bigint } }[]) =>
          of.reduce((sum, one) => sum + one.net.minor, 0n);
        const counts = isIssued(state) && state.status !== 'void';
        if (credited.some(({ reverses }) => reverses !== null)) takenBack += 1;
        const discounts = credited.filter(({ creditReason }) => creditReason === 'early_payment_discount');
        expect(books['early_payment_discounts'] ?? 0n).toBe(net(discounts));
        expect(-((books['revenue'] ?? 0n) + (books['early_payment_discounts'] ?? 0n))).toBe(
          counts ? state.priced.net.minor - net(credited) : 0n,
        );
        const tax = counts
          ? state.priced.tax.minor - credited.reduce((sum, one) => sum + one.tax.minor, 0n)
          : 0n;
        const fallenDue = isIssued(state) ? taxDueOf(state).minor : 0n;
        if (isIssued(state) && state.content.taxPoint === 'payment' && fallenDue > 0n) fellDue += 1;
        expect(-(books['tax_payable'] ?? 0n)).toBe(fallenDue);
        const notOwed = isIssued(state) ? state.givenUp.tax.minor : 0n;
        const deferred = -(books['tax_deferred'] ?? 0n);
        expect(deferred).toBe(tax - notOwed - fallenDue);
        // Nothing waits for a payment where none is to come.
        if (counts && dueOf(state).minor === 0n) expect(deferred).toBe(0n);
        if (notOwed > 0n) givenUp += 1;
        const lost = (books['bad_debt'] ?? 0n) + (books['payment_differences'] ?? 0n);
        expect(lost).toBe(isIssued(state) ? state.writtenOff.minor - notOwed : 0n);
      }),
      runs,
      () => takenBack > 0 && fellDue > 0 && givenUp > 0,
    );
    expect(takenBack).toBeGreaterThan(0);
    expect(fellDue).toBeGreaterThan(0);
    expect(givenUp).toBeGreaterThan(0);
  });

  it('take the income of a late fee to an account of its own', () => {
    const draft = {
      ...draftInvoice(),
      type: 'DraftInvoice',
      details: { ...details, purpose: 'late_fee' },
    } as const;
    const late = [{ ...draft, content: lagoContent }, finalizeInvoice, recordFinalized()];
    const books = { accounts_receivable: 33_499n, late_fees: -27_916n, tax_payable: -5_583n };
    expect(balances(history(...late))).toEqual(books);
    expect(balances(history(...late, simple('VoidInvoice')))).toEqual({
      accounts_receivable: 0n,
      late_fees: 0n,
      tax_payable: 0n,
    });
  });
});
