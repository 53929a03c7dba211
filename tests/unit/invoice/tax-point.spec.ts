import { describe, expect, it } from '@jest/globals';
import { invoiceJournalOf } from '../../../src/application/ledger/invoice-journals.js';
import type { InvoiceCommand } from '../../../src/domain/invoice/commands.js';
import type { InvoiceContent } from '../../../src/domain/invoice/content.js';
import { isIssued } from '../../../src/domain/invoice/state.js';
import { taxDueOf, taxesIn } from '../../../src/domain/invoice/tax-point.js';
import { foldInvoice } from '../../support/invoice-arbitraries.js';
import {
  applyPayment,
  content,
  eur,
  history,
  issue,
  lagoContent,
  line,
  recordCreditNote,
  requestCreditNote,
  reversePayment,
  simple,
  vat,
} from '../../support/invoice-examples.js';

const asPaid = (of: InvoiceContent): InvoiceContent => ({ ...of, taxPoint: 'payment' });
/** 334.99 with 55.83 of tax. */
const lago = issue(asPaid(lagoContent));
/** 100.00 with 20.00 of tax, and 100.00 without. */
const mixed = issue(asPaid(content([line('100.00', { taxes: [vat('20')] }), line('100.00')])));

function fellDue(...commands: readonly InvoiceCommand[]): readonly number[] {
  return history(...commands).flatMap((event) =>
    event.type === 'InvoiceTaxFellDue' ? [Number(event.amount.minor)] : [],
  );
}

/** What is owed to the authorities, and what waits for payments, by the ledger. */
function booked(...commands: readonly InvoiceCommand[]) {
  const lines = history(...commands).flatMap((event) => invoiceJournalOf(event)?.lines ?? []);
  const owed = (account: string) =>
    Number(
      -lines.filter((each) => each.account === account).reduce((sum, { amount }) => sum + amount.minor, 0n),
    );
  return { payable: owed('tax_payable'), deferred: owed('tax_deferred') };
}

describe('tax that falls due as an invoice is paid', () => {
  it('waits at the issue, and falls due with the deposit and with the balance, to the unit', () => {
    expect(booked(...lago)).toEqual({ payable: 0, deferred: 5_583 });
    const deposit = applyPayment(1, 10_050);
    expect(fellDue(...lago, deposit)).toEqual([1_675]);
    expect(booked(...lago, deposit)).toEqual({ payable: 1_675, deferred: 3_908 });
    const balance = applyPayment(2, 23_449);
    expect(fellDue(...lago, deposit, balance)).toEqual([1_675, 3_908]);
    expect(booked(...lago, deposit, balance)).toEqual({ payable: 5_583, deferred: 0 });
  });

  it('is told beforehand for each part of a plan', () => {
    const invoice = foldInvoice(history(...lago));
    if (!isIssued(invoice)) throw new Error('it is not issued');
    expect(taxesIn(invoice, [eur(10_050), eur(23_449)])).toEqual([eur(1_675), eur(3_908)]);
    expect(taxesIn(invoice, [eur(11_167), eur(11_166), eur(11_166)])).toEqual([
      eur(1_861),
      eur(1_861),
      eur(1_861),
    ]);
    expect(taxDueOf(invoice)).toEqual(eur(0));
  });

  it('goes back as it came when the payment does', () => {
    const commands = [...lago, applyPayment(1, 10_050), reversePayment(1, 50), reversePayment(1, 10_000, 2)];
    expect(fellDue(...commands)).toEqual([1_675, -8, -1_667]);
    expect(booked(...commands)).toEqual({ payable: 0, deferred: 5_583 });
  });

  it('follows what a credit note leaves of the invoice', () => {
    const paid = [...mixed, applyPayment(1, 10_000)];
    expect(fellDue(...paid)).toEqual([909]);
    const without = [...paid, requestCreditNote(1, { by: 'lines', lines: [2] }), recordCreditNote(1)];
    expect(booked(...without)).toEqual({ payable: 1_667, deferred: 333 });
    const half = { by: 'line_amounts' as const, amounts: [{ line: 1, amount: eur(6_000) }] };
    const taxed = [...paid, requestCreditNote(1, half), recordCreditNote(1)];
    expect(booked(...taxed)).toEqual({ payable: 625, deferred: 375 });
  });

  it('never falls due on what is void', () => {
    expect(booked(...lago, simple('VoidInvoice'))).toEqual({ payable: 0, deferred: 0 });
  });

  it('is owed from the issue on where nobody says otherwise', () => {
    const commands = [...issue(), applyPayment(1, 10_050)];
    expect(booked(...issue())).toEqual({ payable: 5_583, deferred: 0 });
    expect(fellDue(...commands)).toEqual([]);
    const invoice = foldInvoice(history(...commands));
    expect(isIssued(invoice) ? taxDueOf(invoice) : null).toEqual(eur(5_583));
  });
});
