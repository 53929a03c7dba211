import { inject, injectable } from 'inversify';
import type { CreditHandler } from '../../../../application/credit/credit-agenda.js';
import type { CustomerOperations } from '../../../../application/customer/customer-effects.js';
import type { KeepProfiles } from '../../../../application/customer/keep-profiles.js';
import type { Invoicing } from '../../../../application/invoice/invoice-operations.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { InvoiceQueries, InvoiceRow } from '../../../../application/ports/invoice-queries.js';
import type { PlanQueries, PlansOfCustomer } from '../../../../application/ports/plan-queries.js';
import type { Page as RowPage } from '../../../../application/ports/read-models.js';
import { civilDateIn } from '../../../../application/shared/zones.js';
import type { CivilDate } from '../../../../domain/shared/civil-date.js';
import { walletOf } from '../../credit/credit-object.js';
import type { HttpSettings } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import { follow } from '../shared/follow.js';
import type { Page, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { PortalArea, SignedIn } from './portal-area.js';
import { pageAfter } from './portal-area.js';

/** A payment elsewhere, or by itself, is seen within so long. */
const everyMs = 2_000;
/** So many invoices stand on the overview; the sums are of all. */
const shownMax = 5;

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
        handle: async ({ visitor }) => {
          const data = await this.read(visitor);
          return { kind: 'page', template: '/portal/overview', title: 'Overview', data };
        },
      }),
      page(area, {
        method: 'get',
        path: '/portal/stream',
        access: 'signed_in',
        byItself: true,
        handle: ({ visitor, context: { sessionToken = '' } }) => {
          const mayGoOn = async () => {
            const now = await area.visitorOf(sessionToken, { byItself: true });
            return now?.customerId === visitor.customerId;
          };
          const live = {
            template: '/portal/overview-live',
            everyMs,
            mayGoOn,
            read: () => this.read(visitor),
          };
          return { kind: 'stream', run: (push, signal) => follow(push, signal, live) };
        },
      }),
    ];
  }

  private async read({ customerId }: SignedIn) {
    const now = this.clock.now();
    const today = civilDateIn(this.invoicing.zone, now);
    const { state } = await this.customers.load(customerId);
    const profile = await this.profiles.read(state);
    const { running, next } = await this.plans.ofCustomer(customerId, today);
    const inParts = running.map(({ invoice }) => invoice);
    const owed = await this.invoices.owedBy(customerId, today, inParts);
    const late = [
      ...owed.map(({ overdue: minor, currency }) => ({ minor, currency })),
      ...running.map(lateOf),
    ];
    const open = await this.openInvoices(customerId);
    const wallet = walletOf(
      customerId,
      (await this.credits.load(customerId)).state,
      now,
      this.settings.livemode,
    );
    return {
      name: profile.name,
      due: owed.map(({ due: minor, currency }) => ({ minor, currency })),
      overdue: sumsOf(late),
      next,
      credit: wallet.balances.map(({ available, currency }) => ({ minor: available, currency })),
      open: open.rows.map((row) => ({ ...row, late: isLate(row, running, today) })),
      more: open.hasMore,
    };
  }

  private async openInvoices(customer: string): Promise<RowPage<InvoiceRow>> {
    const filter = {
      status: 'open',
      customer,
      order: null,
      number: null,
      dueGte: null,
      dueLte: null,
    } as const;
    return this.invoices.list({ ...pageAfter(undefined, shownMax), ...filter });
  }
}

function lateOf({ late: minor, currency }: PlansOfCustomer['running'][number]): Sum {
  return { minor, currency };
}

/** An invoice that is paid in parts is as late as these are. */
function isLate(
  { id, due_on: dueOn }: InvoiceRow,
  running: PlansOfCustomer['running'],
  today: CivilDate,
): boolean {
  const plan = running.find(({ invoice }) => invoice === id);
  return plan === undefined ? dueOn !== null && dueOn < today : plan.late > 0n;
}

function sumsOf(amounts: readonly Sum[]): readonly Sum[] {
  const sums = new Map<string, bigint>();
  for (const { currency, minor } of amounts) sums.set(currency, (sums.get(currency) ?? 0n) + minor);
  return [...sums].filter(([, minor]) => minor > 0n).map(([currency, minor]) => ({ minor, currency }));
}
