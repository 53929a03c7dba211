import { inject, injectable } from 'inversify';
import type { CustomerOperations } from '../../../application/customer/customer-effects.js';
import { setupIdOf } from '../../../application/customer/customer-ids.js';
import type { Clock } from '../../../application/ports/clock.js';
import type { CustomerProfiles } from '../../../application/ports/customer-profiles.js';
import type { PaymentMethodVault } from '../../../application/ports/payment-method-vault.js';
import type { CustomerCommand } from '../../../domain/customer/commands.js';
import type { SetupUsage } from '../../../domain/customer/events.js';
import type { EndedSetup, SavedMethod, Setup } from '../../../domain/customer/state.js';
import type { CustomerId } from '../../../domain/shared/ids.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { listAnswer } from '../shared/lists.js';
import { refused } from '../shared/problem.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import type { ExistingCustomer } from './customer-answers.js';
import { existingCustomer } from './customer-answers.js';
import { methodOfState, setupOfState } from './customer-object.js';
import { problemOfCustomerRejection } from './customer-problems.js';
import {
  createSetupBody,
  customerParams,
  methodListSchema,
  methodParams,
  methodSchema,
  removedMethodSchema,
  setupParams,
  setupSchema,
} from './payment-methods.schemas.js';

const shownSetup = { description: 'The setup.', schema: setupSchema };
const shownMethod = { description: 'The payment method.', schema: methodSchema };
const facts = { tag: 'Payment methods', params: methodParams } as const;

/** Payment methods that a customer keeps for later: added through a setup intent, listed, chosen, removed. */
@injectable()
export class PaymentMethodsController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.clock) private readonly clock: Clock,
    @inject(httpTokens.customerOperations) private readonly customers: CustomerOperations,
    @inject(httpTokens.customerProfiles) private readonly profiles: CustomerProfiles,
    @inject(httpTokens.paymentMethodVault) private readonly vault: PaymentMethodVault,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/customers/:id/setup_intents',
      tag: 'Payment methods',
      summary: "Begin to add a payment method; the customer's browser finishes with the client secret",
      scope: 'customers:write',
      params: customerParams,
      body: createSetupBody,
      answers: {
        201: shownSetup,
        202: { description: 'The provider has not answered yet; ask for the setup.', schema: setupSchema },
      },
      handle: ({ params, body, context }) => this.beginSetup(params.id, body.usage, context),
    }),
    route({
      method: 'get',
      path: '/v1/customers/:id/setup_intents/:setup',
      tag: 'Payment methods',
      summary: 'A setup, as the provider has it now; the 20 latest that ended are kept',
      scope: 'customers:read',
      params: setupParams,
      answers: { 200: shownSetup },
      handle: async ({ params }) => {
        const customer = existingCustomer(await this.customers.load(params.id));
        return this.answerSetup(200, customer, setupIn(customer, params.setup));
      },
    }),
    route({
      method: 'get',
      path: '/v1/customers/:id/payment_methods',
      tag: 'Payment methods',
      summary: "All of a customer's payment methods, newest first",
      scope: 'customers:read',
      params: customerParams,
      answers: { 200: { description: 'There are never more than a page.', schema: methodListSchema } },
      handle: ({ params }) => this.list(params.id),
    }),
    route({
      ...facts,
      method: 'get',
      path: '/v1/customers/:id/payment_methods/:pm',
      summary: 'A payment method',
      scope: 'customers:read',
      answers: { 200: shownMethod },
      handle: async ({ params }) =>
        this.showMethod(existingCustomer(await this.customers.load(params.id)), params.pm),
    }),
    route({
      ...facts,
      method: 'put',
      path: '/v1/customers/:id/payment_methods/:pm/default',
      summary: 'Use this payment method where none is named',
      scope: 'customers:write',
      answers: { 200: shownMethod },
      handle: async ({ params, context }) => {
        const command = { type: 'ChooseDefaultPaymentMethod', paymentMethodId: params.pm } as const;
        return this.showMethod(
          await this.run(params.id, { ...command, at: this.clock.now() }, context),
          params.pm,
        );
      },
    }),
    route({
      ...facts,
      method: 'delete',
      path: '/v1/customers/:id/payment_methods/:pm',
      summary: 'Remove a payment method for good; not the last one of an active plan',
      scope: 'customers:write',
      answers: {
        200: { description: 'It is removed.', schema: removedMethodSchema },
        202: { description: 'The provider has not answered yet.', schema: removedMethodSchema },
      },
      handle: ({ params, context }) => this.remove(params.id, params.pm, context),
    }),
  ];

  private async beginSetup(id: CustomerId, usage: SetupUsage, context: RequestContext): Promise<Answer> {
    const setupId = setupIdOf(context.commandId);
    const at = this.clock.now();
    const customer = await this.run(id, { type: 'RequestPaymentMethodSetup', at, setupId, usage }, context);
    const setup = setupIn(customer, setupId);
    if (setup.status === 'refused') {
      throw refused('provider_refused', {
        detail: `The provider did not begin the setup: ${setup.refusal.message}`,
        members: { id: setupId },
      });
    }
    return this.answerSetup(201, customer, setup);
  }

  /** 202 in place of 201 for a setup that the provider has not told anything of. */
  private async answerSetup(
    status: number,
    customer: ExistingCustomer,
    setup: Setup | EndedSetup,
  ): Promise<Answer> {
    const answer = setup.status === 'started' ? await this.vault.fetchSetup(setup.setupIntentId) : undefined;
    const now = answer?.outcome === 'answered' ? answer.value : null;
    const open = setup.status === 'requested' || (setup.status === 'started' && now === null);
    const body = setupOfState(customer, setup, now, this.settings.livemode);
    return { status: status === 201 && open ? 202 : status, body, etag: `"${customer.revision}"` };
  }

  private async list(id: CustomerId): Promise<Answer> {
    const { state, revision } = existingCustomer(await this.customers.load(id));
    const rows = [...state.methods].reverse();
    const details = await this.profiles.findDetails(rows.map(({ detailsId }) => detailsId));
    const { livemode } = this.settings;
    const answer = listAnswer(`/v1/customers/${id}/payment_methods`, { rows, hasMore: false }, (method) =>
      methodOfState(state, method, details.get(method.detailsId), livemode),
    );
    return { ...answer, etag: `"${revision}"` };
  }

  private async showMethod({ state, revision }: ExistingCustomer, pm: string): Promise<Answer> {
    const method = methodIn(state.methods, pm);
    const details = await this.profiles.findDetails([method.detailsId]);
    const body = methodOfState(state, method, details.get(method.detailsId), this.settings.livemode);
    return { status: 200, body, etag: `"${revision}"` };
  }

  private async remove(id: CustomerId, pm: string, context: RequestContext): Promise<Answer> {
    const command = {
      type: 'RequestPaymentMethodRemoval',
      at: this.clock.now(),
      paymentMethodId: pm,
    } as const;
    const { state, revision } = await this.run(id, command, context);
    const left = state.methods.find(({ paymentMethodId }) => paymentMethodId === pm);
    if (left?.status === 'active') {
      throw refused('provider_refused', {
        detail: 'The provider did not remove the payment method; the events of the customer tell why.',
        members: { id: pm },
      });
    }
    const status = left === undefined ? 'removed' : 'removing';
    const body = { id: pm, object: 'payment_method', customer: id, status };
    return { status: left === undefined ? 200 : 202, body, etag: `"${revision}"` };
  }

  private async run(
    id: CustomerId,
    command: CustomerCommand,
    context: RequestContext,
  ): Promise<ExistingCustomer> {
    const handled = await this.customers.run(id, command, context.metadata, ifRevision(context));
    return existingCustomer(acceptedBy(handled, problemOfCustomerRejection));
  }
}

function setupIn({ state }: ExistingCustomer, id: string): Setup | EndedSetup {
  const setup = [...state.setups, ...state.endedSetups].find(({ setupId }) => setupId === id);
  if (setup === undefined) throw refused('resource_missing', { detail: 'The customer has no such setup.' });
  return setup;
}

function methodIn(methods: readonly SavedMethod[], pm: string): SavedMethod {
  const method = methods.find(({ paymentMethodId }) => paymentMethodId === pm);
  if (method === undefined) {
    throw refused('resource_missing', { detail: 'The customer has no such payment method.' });
  }
  return method;
}
