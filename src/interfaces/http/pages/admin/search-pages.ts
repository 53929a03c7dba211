import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { DisputeQueries } from '../../../../application/ports/dispute-queries.js';
import type { InvoiceQueries } from '../../../../application/ports/invoice-queries.js';
import type { FoundDocument, OverviewQueries } from '../../../../application/ports/overview-queries.js';
import type {
  CustomerQueries,
  EventQueries,
  PaymentQueries,
  RefundQueries,
} from '../../../../application/ports/read-models.js';
import { anyTime, firstPage } from '../../../../application/ports/read-models.js';
import type { Operator } from '../../../../application/user/sign-in.js';
import { httpTokens } from '../../http-tokens.js';
import { textField } from '../../shared/fields.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { Cell } from './cells.js';
import { idCell, link, pageOf, text } from './cells.js';
import type { ConsoleArea } from './console-area.js';

type Found = { readonly what: string; readonly cell: Cell; readonly about: Cell };

const ours = /^(pay|cus|ord|inv|mp|usr|re|dp|evt|plan|crd|cn)_[0-9a-f-]{36}$/;
const first = firstPage(20);

/** Anything by what somebody has of it: an id of ours or of Stripe's, an address, four digits, an amount, a number. */
@injectable()
export class SearchPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.consoleArea) area: ConsoleArea,
    @inject(httpTokens.overviewQueries) private readonly overview: OverviewQueries,
    @inject(httpTokens.paymentQueries) private readonly payments: PaymentQueries,
    @inject(httpTokens.refundQueries) private readonly refunds: RefundQueries,
    @inject(httpTokens.disputeQueries) private readonly disputes: DisputeQueries,
    @inject(httpTokens.customerQueries) private readonly customers: CustomerQueries,
    @inject(httpTokens.invoiceQueries) private readonly invoices: InvoiceQueries,
    @inject(httpTokens.eventQueries) private readonly events: EventQueries,
  ) {
    this.pages = [
      page(area, {
        method: 'get',
        path: '/admin/search',
        access: 'signed_in',
        query: z.strictObject({ q: textField(254).optional() }),
        handle: ({ visitor, query }) => this.search((query.q ?? '').trim(), visitor),
      }),
    ];
  }

  private async search(wanted: string, { scopes }: Operator): Promise<PageAnswer> {
    const may = (scope: Operator['scopes'][number]) => scopes.includes(scope);
    const exact = ours.test(wanted) ? await this.byOwnId(wanted) : null;
    if (exact !== null) return { kind: 'redirect', to: exact };
    const found = (
      await Promise.all([
        may('payments:read') ? this.byIntent(wanted) : [],
        may('payments:read') ? this.paymentsBy(wanted) : [],
        may('customers:read') ? this.byEmail(wanted) : [],
        may('customers:read') ? this.byLast4(wanted) : [],
        may('invoices:read') ? this.invoicesBy(wanted) : [],
        may('invoices:read') ? this.creditNotesBy(wanted) : [],
      ])
    ).flat();
    const title = wanted === '' ? 'Search' : `Search: ${wanted}`;
    return { kind: 'page', template: '/admin/search', title, data: { wanted, found } };
  }

  private async byOwnId(id: string): Promise<string | null> {
    if (id.startsWith('re_')) {
      const payment = await this.refunds.findPayment(id);
      return payment === undefined ? null : `/admin/payments/${payment}`;
    }
    if (id.startsWith('dp_')) {
      const dispute = await this.disputes.find(id);
      return dispute === undefined ? null : `/admin/payments/${dispute.payment}`;
    }
    if (id.startsWith('evt_')) {
      const event = await this.events.find(id.slice(4));
      if (event === undefined) return null;
      return `/admin/audit/state?stream=${event.stream}&at=${event.revision}`;
    }
    return pageOf(id);
  }

  private async byIntent(wanted: string): Promise<readonly Found[]> {
    if (!/^pi_\w{3,}$/.test(wanted)) return [];
    const id = await this.payments.findByIntent(wanted);
    return id === undefined ? [] : [{ what: 'Payment', cell: idCell(id), about: text(wanted) }];
  }

  private async paymentsBy(wanted: string): Promise<readonly Found[]> {
    const last4 = /^\d{4}$/.test(wanted) ? await this.overview.paymentsByLast4(wanted, 20) : [];
    const found = await Promise.all(
      minorsOf(wanted).map((minor) => this.overview.paymentsOfAmount(minor, 20)),
    );
    const ofAmount = new Set(found.flat());
    return [
      ...[...ofAmount].map((id) => ({ what: 'Payment', cell: idCell(id), about: text(`of ${wanted}`) })),
      ...last4
        .filter((id) => !ofAmount.has(id))
        .map((id) => ({
          what: 'Payment',
          cell: idCell(id),
          about: text(`with a card that ends in ${wanted}`),
        })),
    ];
  }

  private async byEmail(wanted: string): Promise<readonly Found[]> {
    if (!wanted.includes('@')) return [];
    const { rows } = await this.customers.list({ ...first, ...anyTime, email: wanted });
    return rows.map(({ id, profile }) => ({
      what: 'Customer',
      cell: link(profile.name ?? id, `/admin/customers/${id}`),
      about: text(profile.email),
    }));
  }

  private async byLast4(wanted: string): Promise<readonly Found[]> {
    if (!/^\d{4}$/.test(wanted)) return [];
    const ids = await this.overview.customersByLast4(wanted, 20);
    const about = text(`has a method that ends in ${wanted}`);
    return ids.map((id) => ({ what: 'Customer', cell: idCell(id), about }));
  }

  /** By what it is over, and by the beginning of its number. */
  private async invoicesBy(wanted: string): Promise<readonly Found[]> {
    const ofAmount = await Promise.all(
      minorsOf(wanted).map((minor) => this.overview.invoicesOfAmount(minor, 20)),
    );
    const { rows } = numberLike.test(wanted)
      ? await this.invoices.list({
          ...{ ...first, ...anyTime, number: wanted.toUpperCase() },
          ...{ status: null, customer: null, order: null, dueGte: null, dueLte: null },
        })
      : { rows: [] };
    return [
      ...rows.map((row) => found('Invoice', row, row.status)),
      ...ofAmount.flat().map((row) => found('Invoice', row, `over ${wanted}`)),
    ];
  }

  private async creditNotesBy(wanted: string): Promise<readonly Found[]> {
    if (!numberLike.test(wanted)) return [];
    const rows = await this.overview.creditNotesByNumber(wanted.toUpperCase(), 20);
    return rows.map((row) => found('Credit note', row, null));
  }
}

/** The number of a document, or its beginning: how it is made up is a matter of settings, so it may begin with a digit, too. */
const numberLike = /^\w[\w.-]{1,39}$/;

function found(what: string, { id, number }: FoundDocument, about: string | null): Found {
  return { what, cell: link(number ?? id, pageOf(id) ?? ''), about: text(about) };
}

/** `12.50` may be cents, or thousandths of another currency: both are looked for, and whole units too. */
function minorsOf(wanted: string): readonly bigint[] {
  const [, whole, fraction = ''] = /^(\d{1,12})(?:[.](\d{1,3}))?$/.exec(wanted) ?? [];
  if (whole === undefined) return [];
  const exponents = [0, 2, 3].filter((exponent) => fraction.length <= exponent);
  return exponents.map((exponent) => BigInt(whole + fraction.padEnd(exponent, '0')));
}
