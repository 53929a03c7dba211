import type { CreditNote, IssuedInvoice } from '../../domain/invoice/state.js';
import type { LineColumn } from '../../domain/invoice-template/content.js';
import type { Money } from '../../domain/shared/money.js';
import { isZero, sum } from '../../domain/shared/money.js';
import type { BillingIdentity } from '../ports/billing-identities.js';
import type { Wording } from './document-look.js';
import { buyerOf, frameOf } from './document-look.js';
import { tableOf } from './invoice-lines.js';
import { nearest } from './labels.js';
import type { Sheet, Total } from './sheet.js';

/** A credit note takes amounts back, so there is no quantity and no price to show. */
const columns: readonly LineColumn[] = ['number', 'description', 'tax', 'amount'];

/** What a credit note takes back of its invoice, in amounts without tax, taxes by their rates, and the total. */
export function creditNoteSheet(
  wording: Wording,
  printed: {
    readonly invoice: IssuedInvoice;
    readonly note: CreditNote;
    /** Null where nobody is on record (any more). */
    readonly buyer: BillingIdentity | null;
  },
): Sheet {
  const { invoice, note, buyer } = printed;
  const { labels, format, look } = wording;
  const { content, details } = invoice;
  const takenBack = invoice.creditNotes.find(({ creditNoteId }) => creditNoteId === note.reverses);
  return {
    ...frameOf(wording),
    madeAt: note.requestedAt,
    heading: labels.credit_note,
    number: note.number,
    mark: note.number === null ? labels.draft : null,
    buyer: buyerOf(wording, buyer),
    facts: [
      { label: labels.issued_on, value: format.date(note.issuedOn) },
      { label: labels.corrects, value: invoice.number },
      ...(takenBack?.number ? [{ label: labels.credit_note, value: takenBack.number }] : []),
      { label: labels.reason, value: labels[`reason_${note.creditReason}`] },
      { label: labels.currency, value: details.currency },
    ],
    headline: { amount: format.money(note.total), note: labels.total_credited },
    intro: null,
    lines: tableOf(
      wording,
      columns,
      note.lines.map(({ line, net }) => {
        const described = content.lines[line - 1];
        return {
          cells: {
            number: format.count(line),
            description: described?.description ?? '',
            tax: (described?.taxes ?? []).map(({ percentage }) => format.percentage(percentage)).join(' + '),
            amount: format.amount(net),
          },
          details: [],
        };
      }),
    ),
    totals: totalsOf(wording, invoice, note),
    sections: [],
    closing: [nearest(look.template.texts, format.locale)?.closing ?? null].filter((text) => text !== null),
  };
}

function totalsOf(
  { labels, format }: Wording,
  { priced, details }: IssuedInvoice,
  note: CreditNote,
): readonly Total[] {
  const plain = (label: string, amount: Money): Total => ({
    label,
    value: format.amount(amount),
    weight: 'plain',
  });
  const taken = note.lines.flatMap(({ taxes }) => taxes);
  return [
    plain(labels.net, note.net),
    ...priced.taxes.flatMap(({ rate }, place) => {
      const amount = sum(
        details.currency,
        taken.filter((tax) => tax.rate === place + 1).map((tax) => tax.amount),
      );
      return isZero(amount) ? [] : [plain(`${rate.name} ${format.percentage(rate.percentage)}`, amount)];
    }),
    { label: labels.total_credited, value: format.money(note.total), weight: 'grand' },
  ];
}
