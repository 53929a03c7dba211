import { describe, expect, it } from '@jest/globals';
import { invoiceJournalOf } from '../../../src/application/ledger/invoice-journals.js';
import type { InvoiceCommand } from '../../../src/domain/invoice/commands.js';
import type { InvoiceContent } from '../../../src/domain/invoice/content.js';
import { isIssued } from '../../../src/domain/invoice/state.js';
import { taxDueOf, taxesIn } from '../../../src/domain/invoice/tax-point.js';
import { foldInvoice } from '../../support/invoice-arbitraries.js';
import {
  applyPayment,
  cheque,
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
import { at } from '../../support/payment-examples.js';

const asPaid = (of: InvoiceContent): InvoiceContent => ({ ...of, taxPoint: 'payment' });
/** 334.99 with 55.83 of tax. */
const lago = issue(asPaid(lagoContent));
/** 100.00 with 20.00 of tax, and 100.00 without. */
const mixed = issue(asPaid(content([line('100.00', { taxes: [vat('20')] }), line('100.00')])));

/** What the first payment was short by. */
const writeOff: InvoiceCommand = {
  type: 'WriteOffDifference',
  ...{ at, applicationId: 'app_1', atMost: eur(99), writtenOffBy: 'ada' },
};

function fellDue(...commands: readonly InvoiceCommand[]): readonly number[] {
  return history(...commands).flatMap((event) =>
    event.type === 'InvoiceTaxFellDue' ? [Number(event.amount.minor)] : [],
  );
}

/** What is owed to the authorities, what waits for payments, and what is lost, by the ledger. */
function booked(...commands: readonly InvoiceCommand[]) {
  const lines = history(...commands).flatMap((event) => invoiceJournalOf(event)?.lines ?? []);
  const owed = (account: string) =>
    Number(
      -lines.filter((each) => each.account === account).reduce((sum, { amount }) => sum + amount.minor, 0n),
    );
  const lost = -owed('bad_debt') - owed('payment_differences');
  const taxes = { payable: owed('tax_payable'), deferred: owed('tax_deferred') };
  return lost === 0 ? taxes : { ...taxes, lost };
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

  it('is no loss where its payment is given up, and is asked for again with a payment that goes back', () => {
    const paid = [...lago, applyPayment(1, 10_050)];
    const givenUp = [...paid, simple('MarkUncollectible')];
    expect(history(...givenUp).at(-1)).toMatchObject({ amount: eur(23_449), taxGivenUp: eur(3_908) });
    // Of the 234.49 only the net is lost: nobody owes the tax in it.
    expect(booked(...givenUp)).toEqual({ payable: 1_675, deferred: 0, lost: 23_449 - 3_908 });
    const bounced = [...givenUp, reversePayment(1, 10_050)];
    expect(booked(...bounced)).toEqual({ payable: 0, deferred: 1_675, lost: 19_541 });
    const again = [...bounced, applyPayment(2, 10_050)];
    expect(booked(...again)).toEqual({ payable: 1_675, deferred: 0, lost: 19_541 });
    const never = [...bounced, simple('MarkUncollectible')];
    expect(booked(...never)).toEqual({ payable: 0, deferred: 0, lost: 33_499 - 5_583 });
  });

  it('is no loss in what a cheque was short by, and waits again when the cheque bounces', () => {
    const short = [...lago, applyPayment(1, 33_400, { tender: cheque(1) }), writeOff];
    expect(booked(...short)).toEqual({ payable: 5_567, deferred: 0, lost: 83 });
    const bounced = [...short, { ...reversePayment(1, 33_400), cause: 'payment_returned' } as InvoiceCommand];
    expect(booked(...bounced)).toEqual({ payable: 0, deferred: 5_583 });
  });

  it('is a part of the loss where it is owed from the issue on', () => {
    const givenUp = [...issue(), applyPayment(1, 10_050), simple('MarkUncollectible')];
    expect(history(...givenUp).at(-1)).toEqual({
      type: 'InvoiceMarkedUncollectible',
      at,
      amount: eur(23_449),
    });
    expect(booked(...givenUp)).toEqual({ payable: 5_583, deferred: 0, lost: 23_449 });
  });

  it('is owed from the issue on where nobody says otherwise', () => {
    const commands = [...issue(), applyPayment(1, 10_050)];
    expect(booked(...issue())).toEqual({ payable: 5_583, deferred: 0 });
    expect(fellDue(...commands)).toEqual([]);
    const invoice = foldInvoice(history(...commands));
    expect(isIssued(invoice) ? taxDueOf(invoice) : null).toEqual(eur(5_583));
  });
});
