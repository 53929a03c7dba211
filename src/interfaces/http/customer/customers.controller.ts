import { inject, injectable } from 'inversify';
import type { z } from 'zod';
import type { CustomerOperations } from '../../../application/customer/customer-effects.js';
import { customerIdOf } from '../../../application/customer/customer-ids.js';
import type { KeepProfiles } from '../../../application/customer/keep-profiles.js';
import type { CustomerQueries, Projections } from '../../../application/ports/read-models.js';
import type { Loaded } from '../../../application/shared/command-handler.js';
import type { CustomerProfile } from '../../../domain/customer/profile.js';
import { blankProfile } from '../../../domain/customer/profile.js';
import type { CustomerState } from '../../../domain/customer/state.js';
import type { CustomerId } from '../../../domain/shared/ids.js';
import type { HttpSettings } from '../http-tokens.js';
import { httpTokens } from '../http-tokens.js';
import { acceptedBy, ifRevision } from '../shared/handled.js';
import { createdIn, listAnswer, pageOf } from '../shared/lists.js';
import type { Answer, Controller, RequestContext } from '../shared/route.js';
import { route } from '../shared/route.js';
import { existingCustomer } from './customer-answers.js';
import { customerOfRow, customerOfState } from './customer-object.js';
import { problemOfCustomerRejection } from './customer-problems.js';
import {
  billingAddressBody,
  changeCustomerBody,
  createCustomerBody,
  customerListSchema,
  customerParams,
  customerSchema,
  listCustomersQuery,
  preferencesBody,
  taxIdsBody,
} from './customers.schemas.js';

const shown = { description: 'The customer.', schema: customerSchema };
const facts = {
  tag: 'Customers',
  scope: 'customers:write',
  params: customerParams,
  answers: { 200: shown },
} as const;

/** Customers and what is known of them. */
@injectable()
export class CustomersController implements Controller {
  constructor(
    @inject(httpTokens.settings) private readonly settings: HttpSettings,
    @inject(httpTokens.customerOperations) private readonly customers: CustomerOperations,
    @inject(httpTokens.keepProfiles) private readonly profiles: KeepProfiles,
    @inject(httpTokens.customerQueries) private readonly queries: CustomerQueries,
    @inject(httpTokens.projections) private readonly projections: Projections,
  ) {}

  readonly routes = [
    route({
      method: 'post',
      path: '/v1/customers',
      tag: 'Customers',
      summary: 'Register a customer',
      scope: 'customers:write',
      body: createCustomerBody,
      answers: { 201: shown },
      handle: ({ body, context }) => this.register(body, context),
    }),
    route({
      method: 'get',
      path: '/v1/customers',
      tag: 'Customers',
      summary: 'List customers, newest first',
      scope: 'customers:read',
      query: listCustomersQuery,
      answers: { 200: { description: 'A page of customers.', schema: customerListSchema } },
      handle: ({ query }) => this.list(query),
    }),
    route({
      method: 'get',
      path: '/v1/customers/:id',
      tag: 'Customers',
      summary: 'A customer, as it is now',
      scope: 'customers:read',
      params: customerParams,
      answers: { 200: shown },
      handle: async ({ params }) => this.show(200, await this.customers.load(params.id)),
    }),
    route({
      ...facts,
      method: 'patch',
      path: '/v1/customers/:id',
      summary: 'Change what is known of a customer',
      body: changeCustomerBody,
      handle: ({ params, body, context }) => this.revise(params.id, changeOf(body), context),
    }),
    route({
      ...facts,
      method: 'put',
      path: '/v1/customers/:id/preferences',
      summary:
        'Set the language, time zone, currencies, payment methods and mails that the customer would rather have',
      body: preferencesBody,
      handle: ({ params, body, context }) => this.revise(params.id, changeOf(body), context),
    }),
    route({
      ...facts,
      method: 'put',
      path: '/v1/customers/:id/billing_address',
      summary: 'Set the billing address',
      body: billingAddressBody,
      handle: ({ params, body, context }) =>
        this.revise(params.id, changeOf({ billing_address: body }), context),
    }),
    route({
      ...facts,
      method: 'put',
      path: '/v1/customers/:id/tax_ids',
      summary: 'Set the tax ids, checked in shape for each kind',
      body: taxIdsBody,
      handle: ({ params, body, context }) => this.revise(params.id, changeOf(body), context),
    }),
  ];

  private async register(
    body: z.output<typeof createCustomerBody>,
    { commandId, metadata }: RequestContext,
  ): Promise<Answer> {
    const profile = changeOf(body)(blankProfile);
    const handled = await this.profiles.register(customerIdOf(commandId), profile, metadata);
    return this.show(201, acceptedBy(handled, problemOfCustomerRejection));
  }

  private async revise(
    id: CustomerId,
    change: (profile: CustomerProfile) => CustomerProfile,
    context: RequestContext,
  ): Promise<Answer> {
    const handled = await this.profiles.revise(id, change, context.metadata, ifRevision(context));
    return this.show(200, acceptedBy(handled, problemOfCustomerRejection));
  }

  private async show(status: number, loaded: Loaded<CustomerState>): Promise<Answer> {
    const { state, revision } = existingCustomer(loaded);
    const profile = await this.profiles.read(state);
    const body = customerOfState({ state, revision, profile }, this.settings.livemode);
    return { status, body, etag: `"${revision}"` };
  }

  private async list(query: z.output<typeof listCustomersQuery>): Promise<Answer> {
    const { email = null } = query;
    const page = await this.queries.list({ ...pageOf(query), ...createdIn(query), email });
    const { livemode } = this.settings;
    return listAnswer('/v1/customers', page, (row) => customerOfRow(row, livemode), {
      lagMs: this.projections.lagMs(),
    });
  }
}

/** What a request's fields make of a profile; those that are not given stay. */
function changeOf(body: z.output<typeof changeCustomerBody>): (profile: CustomerProfile) => CustomerProfile {
  return (profile) => ({
    name: body.name === undefined ? profile.name : body.name,
    email: body.email === undefined ? profile.email : body.email,
    phone: body.phone === undefined ? profile.phone : body.phone,
    billingAddress: body.billing_address === undefined ? profile.billingAddress : body.billing_address,
    taxIds: body.tax_ids ?? profile.taxIds,
    locale: body.locale === undefined ? profile.locale : body.locale,
    timeZone: body.time_zone === undefined ? profile.timeZone : body.time_zone,
    currencies: body.currencies ?? profile.currencies,
    noticesOff: body.notices_off ?? profile.noticesOff,
    methodOrder: body.payment_method_order ?? profile.methodOrder,
    metadata: body.metadata ?? profile.metadata,
  });
}
