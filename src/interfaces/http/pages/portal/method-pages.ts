import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { CustomerOperations } from '../../../../application/customer/customer-effects.js';
import { setupIdOf } from '../../../../application/customer/customer-ids.js';
import type { Invoicing } from '../../../../application/invoice/invoice-operations.js';
import type { Clock } from '../../../../application/ports/clock.js';
import type { CustomerProfiles } from '../../../../application/ports/customer-profiles.js';
import type { PaymentMethodVault } from '../../../../application/ports/payment-method-vault.js';
import type { PlanQueries } from '../../../../application/ports/plan-queries.js';
import { civilDateIn } from '../../../../application/shared/zones.js';
import type { CustomerCommand } from '../../../../domain/customer/commands.js';
import type { Setup } from '../../../../domain/customer/state.js';
import type { CustomerId, SetupId } from '../../../../domain/shared/ids.js';
import { parseSetupId } from '../../../../domain/shared/ids.js';
import type { ExistingCustomer } from '../../customer/customer-answers.js';
import { existingCustomer } from '../../customer/customer-answers.js';
import { problemOfCustomerRejection } from '../../customer/customer-problems.js';
import type { HttpSettings } from '../../http-tokens.js';
import { httpTokens } from '../../http-tokens.js';
import { idField } from '../../shared/fields.js';
import { acceptedBy } from '../../shared/handled.js';
import { simulatedCardPage, stripeSources } from '../pay/card-entry.js';
import { cardText } from '../shared/card-text.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { PortalArea, SignedIn } from './portal-area.js';
import { byCustomer, nothingHere } from './portal-area.js';

const setupId = idField(parseSetupId, 'pms');
const methodParams = z.strictObject({ pm: z.string().regex(/^pm_\w{1,250}$/) });
const back = () => '/portal/methods';

/** Cards that a customer keeps: added on the provider's own form, chosen, removed. */
@injectable()
export class MethodPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.portalArea) area: PortalArea,
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.invoicing) private readonly invoicing: Invoicing,
    @inject(httpTokens.planQueries) private readonly plans: PlanQueries,
    @inject(httpTokens.customerOperations) private readonly customers: CustomerOperations,
    @inject(httpTokens.customerProfiles) private readonly records: CustomerProfiles,
    @inject(httpTokens.paymentMethodVault) private readonly vault: PaymentMethodVault,
  ) {
    this.pages = [
      page(area, {
        method: 'get',
        path: '/portal/methods',
        access: 'signed_in',
        // What a provider's page adds on the way back is not ours to refuse.
        query: z.object({ setup: setupId.optional() }),
        handle: ({ visitor, query }) => this.list(visitor, query.setup),
      }),
      page(area, {
        method: 'post',
        path: '/portal/methods',
        access: 'signed_in',
        back,
        handle: ({ visitor, context }) => this.begin(visitor, context),
      }),
      page(area, {
        method: 'get',
        path: '/portal/methods/add/:setup',
        access: 'signed_in',
        params: z.strictObject({ setup: setupId }),
        handle: ({ visitor, params: { setup }, context }) => this.add(visitor, setup, context),
      }),
      page(area, {
        method: 'post',
        path: '/portal/methods/:pm/default',
        access: 'signed_in',
        params: methodParams,
        back,
        handle: async ({ visitor, params: { pm }, context }) => {
          const command = { type: 'ChooseDefaultPaymentMethod', paymentMethodId: pm } as const;
          await this.run(visitor, { ...command, at: this.clock.now() }, context);
          const text = 'Payments to come are taken from this card.';
          return { kind: 'redirect', to: '/portal/methods', told: { kind: 'good', text } };
        },
      }),
      page(area, {
        method: 'post',
        path: '/portal/methods/:pm/remove',
        access: 'signed_in',
        params: methodParams,
        back,
        handle: ({ visitor, params: { pm }, context }) => this.remove(visitor, pm, context),
      }),
    ];
  }

  private async list({ customerId }: SignedIn, setup: SetupId | undefined): Promise<PageAnswer> {
    const { state } = existingCustomer(await this.customers.load(customerId));
    const known = await this.records.findDetails(state.methods.map(({ detailsId }) => detailsId));
    const methods = [...state.methods].reverse().map(({ paymentMethodId: id, kind, detailsId, status }) => ({
      ...{ id, status },
      text: cardText(kind, known.get(detailsId)),
      isDefault: id === state.defaultMethodId,
    }));
    const open = state.setups.find((each) => each.setupId === setup);
    const adding = open !== undefined && (await this.isWithProvider(open));
    const inUse = state.planIds.length > 0;
    const waiting = await this.waitingFor(customerId);
    const data = { methods, adding, inUse, waiting };
    return { kind: 'page', template: '/portal/methods', title: 'Cards', data };
  }

  /** Parts that are due and not paid. Nothing is tried again by itself, so the card that was chosen is offered for them. */
  private async waitingFor(customerId: CustomerId) {
    const today = civilDateIn(this.invoicing.zone, this.clock.now());
    const { running } = await this.plans.ofCustomer(customerId, today);
    return running.filter(({ due }) => due > 0n);
  }

  /** The card was given, and the provider's news of it is on its way. */
  private async isWithProvider(setup: Setup): Promise<boolean> {
    if (setup.status !== 'started') return false;
    const found = await this.vault.fetchSetup(setup.setupIntentId);
    return found.outcome === 'answered' && ['succeeded', 'processing'].includes(found.value.status);
  }

  private async begin(visitor: SignedIn, context: PageContext): Promise<PageAnswer> {
    const id = setupIdOf(context.commandId);
    const command = { type: 'RequestPaymentMethodSetup', setupId: id, usage: 'off_session' } as const;
    await this.run(visitor, { ...command, at: this.clock.now() }, context);
    return { kind: 'redirect', to: `/portal/methods/add/${id}` };
  }

  private async add({ customerId }: SignedIn, id: SetupId, { origin }: PageContext): Promise<PageAnswer> {
    const { state } = existingCustomer(await this.customers.load(customerId));
    const setup = state.setups.find((each) => each.setupId === id);
    if (setup === undefined) {
      if (state.endedSetups.some((each) => each.setupId === id))
        return { kind: 'redirect', to: '/portal/methods' };
      throw nothingHere();
    }
    const next = `/portal/methods?setup=${id}`;
    const { cardEntry } = this.settings;
    const started = setup.status === 'started' ? setup.setupIntentId : null;
    const shown = { kind: 'page', template: '/portal/add-method', title: 'Add a card' } as const;
    const waiting = { cardPage: null, stripe: null, next, offered: cardEntry.kind !== 'none' };
    if (started === null || cardEntry.kind === 'none') return { ...shown, data: waiting };
    if (cardEntry.kind === 'simulated') {
      const cardPage = simulatedCardPage(cardEntry.origin, `${origin}${next}`, started);
      return { ...shown, data: { ...waiting, cardPage } };
    }
    const found = await this.vault.fetchSetup(started);
    const secret = found.outcome === 'answered' ? (found.value.action?.clientSecret ?? null) : null;
    const stripe = secret === null ? null : { key: cardEntry.publishableKey, secret };
    return { ...shown, data: { ...waiting, stripe }, outside: stripeSources };
  }

  private async remove(visitor: SignedIn, pm: string, context: PageContext): Promise<PageAnswer> {
    const command = { type: 'RequestPaymentMethodRemoval', paymentMethodId: pm } as const;
    const { state } = await this.run(visitor, { ...command, at: this.clock.now() }, context);
    const left = state.methods.find(({ paymentMethodId }) => paymentMethodId === pm);
    const told =
      left === undefined
        ? ({ kind: 'good', text: 'The card is removed.' } as const)
        : left.status === 'removing'
          ? ({ kind: 'good', text: 'The card is being removed.' } as const)
          : ({ kind: 'bad', text: 'The card could not be removed. Try again later.' } as const);
    return { kind: 'redirect', to: '/portal/methods', told };
  }

  /** @throws Refused, as for a method of somebody else: this customer has none of that id */
  private async run(
    visitor: SignedIn,
    command: CustomerCommand,
    context: PageContext,
  ): Promise<ExistingCustomer> {
    const handled = await this.customers.run(visitor.customerId, command, byCustomer(visitor, context));
    if (handled.outcome === 'rejected' && handled.rejection.code === 'payment_method_not_found') {
      throw nothingHere();
    }
    return existingCustomer(acceptedBy(handled, problemOfCustomerRejection));
  }
}
