import { inject, injectable } from 'inversify';
import type { CreditHandler } from '../../../../application/credit/credit-agenda.js';
import type { CustomerOperations } from '../../../../application/customer/customer-effects.js';
import type { KeepProfiles } from '../../../../application/customer/keep-profiles.js';
import type { Invoicing } from '../../../../application/invoice/invoice-operations.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { InvoiceQueries, InvoiceRow } from '../../../../application/ports/invoice-queries.js';
import type { PlanQueries, PlanRow } from '../../../../application/ports/plan-queries.js';
import { civilDateIn } from '../../../../application/shared/zones.js';
import { walletOf } from '../../credit/credit-object.js';
import type { HttpSettings } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import type { Page, PageAnswer, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { PortalArea, SignedIn } from './portal-area.js';
import { pageAfter } from './portal-area.js';

type Sum = { readonly minor: bigint; readonly currency: string };

/** What a customer owes, what is late, what is collected next, and what they have. */
@injectable()
export class OverviewPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.portalArea) area: PortalArea,
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.invoicing) private readonly invoicing: Invoicing,
    @inject(httpTokens.customerOperations) private readonly customers: CustomerOperations,
    @inject(httpTokens.keepProfiles) private readonly profiles: KeepProfiles,
    @inject(httpTokens.invoiceQueries) private readonly invoices: InvoiceQueries,
    @inject(httpTokens.planQueries) private readonly plans: PlanQueries,
    @inject(httpTokens.creditHandler) private readonly credits: CreditHandler,
  ) {
    this.pages = [
      page(area, {
        method: 'get',
        path: '/portal',
        access: 'signed_in',
        handle: ({ visitor }) => this.show(visitor),
      }),
    ];
  }

  private async show({ customerId }: SignedIn): Promise<PageAnswer> {
    const now = this.clock.now();
    const today = civilDateIn(this.invoicing.zone, now);
    const { state } = await this.customers.load(customerId);
    const profile = await this.profiles.read(state);
    const open = await this.openInvoices(customerId);
    const late = open.filter(({ due_on: dueOn }) => dueOn !== null && dueOn < today);
    const plans = await this.plans.list({
      ...pageAfter(undefined, 100),
      ...{ status: null, customer: customerId, order: null, invoice: null },
    });
    const wallet = walletOf(
      customerId,
      (await this.credits.load(customerId)).state,
      now,
      this.settings.livemode,
    );
    return {
      kind: 'page',
      template: '/portal/overview',
      title: 'Overview',
      data: {
        name: profile.name,
        due: sumsOf(open),
        overdue: sumsOf(late),
        next: nextCharge(plans.rows),
        credit: wallet.balances.map(({ available, currency }) => ({ minor: available, currency })),
        open: open.slice(0, 5).map((row) => ({ ...row, late: late.includes(row) })),
      },
    };
  }

  private async openInvoices(customer: string): Promise<readonly InvoiceRow[]> {
    const filter = {
      status: 'open',
      customer,
      order: null,
      number: null,
      dueGte: null,
      dueLte: null,
    } as const;
    const { rows } = await this.invoices.list({ ...pageAfter(undefined, 100), ...filter });
    return rows.filter(({ amount_due: due }) => due > 0n);
  }
}

function sumsOf(rows: readonly InvoiceRow[]): readonly Sum[] {
  const sums = new Map<string, bigint>();
  for (const { currency, amount_due: due } of rows) sums.set(currency, (sums.get(currency) ?? 0n) + due);
  return [...sums].map(([currency, minor]) => ({ minor, currency }));
}

/** The part of a plan that is collected by itself first. */
function nextCharge(plans: readonly PlanRow[]): (Sum & { readonly on: string }) | null {
  const parts = plans
    .filter(({ status }) => status === 'active')
    .flatMap(({ parts: all, currency }) =>
      all.map(({ due_on: on, collect, step, amount, amount_settled: settled, amount_discounted: less }) => ({
        ...{ on, collect, step, currency },
        minor: amount - settled - less,
      })),
    )
    .filter(
      ({ on, collect, step, minor }) =>
        collect === 'automatic' && step === 'scheduled' && on !== null && minor > 0n,
    )
    .sort((a, b) => ((a.on ?? '') < (b.on ?? '') ? -1 : 1));
  const [first] = parts;
  return first === undefined || first.on === null
    ? null
    : { minor: first.minor, currency: first.currency, on: first.on };
}
