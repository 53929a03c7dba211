import type { Pool } from 'pg';
import { customerCodec } from '../../application/customer/customer.codec.js';
import type { CustomerQueries, CustomerRow } from '../../application/ports/read-models.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { CustomerEvent } from '../../domain/customer/events.js';
import type { CustomerProfile } from '../../domain/customer/profile.js';
import { blankProfile } from '../../domain/customer/profile.js';
import { profileColumns } from '../postgres/customer-profiles.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEveryEvent, routeByCategory } from '../projections/projection.js';
import type { Row, RowChange } from '../projections/row-changes.js';
import { insert, remove, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

/** `profile` and `details` name records that are kept apart: no personal data is in the tables of a projection. */
const ddl = `
  create table customers (
    id                     text        primary key,
    profile                uuid        not null,
    profile_version        bigint      not null,
    default_payment_method text,
    provider_customer      text,
    revision               bigint      not null,
    created_at             timestamptz not null
  ) with (fillfactor = 85);
  create index customers_by_time     on customers (created_at, id);
  create index customers_by_profile  on customers (profile);
  create index customers_by_provider on customers (provider_customer);
  create table payment_methods (
    id         text        primary key,
    customer   text        not null,
    kind       text        not null,
    details    uuid        not null,
    created_at timestamptz not null
  );
  create index payment_methods_by_customer on payment_methods (customer);
  create index payment_methods_by_details  on payment_methods (details);
`;

function changesOf(event: CustomerEvent, envelope: Envelope): readonly RowChange[] {
  const { stream, revision } = envelope;
  const id = idOf(stream);
  const set = (values: Row): RowChange => update('customers', { id }, { revision, ...values });
  switch (event.type) {
    case 'CustomerRegistered':
      return [
        insert('customers', {
          id,
          profile: event.profileId,
          profile_version: 1n,
          default_payment_method: null,
          provider_customer: null,
          revision,
          created_at: event.at,
        }),
      ];
    case 'CustomerProfileRevised':
      return [set({ profile: event.profileId, profile_version: BigInt(event.version) })];
    case 'ProviderCustomerLinked':
      return [set({ provider_customer: event.providerCustomerId })];
    case 'PaymentMethodAdded': {
      const { paymentMethodId, kind, detailsId, at } = event;
      return [
        set({}),
        insert('payment_methods', {
          id: paymentMethodId,
          customer: id,
          kind,
          details: detailsId,
          created_at: at,
        }),
      ];
    }
    case 'PaymentMethodRenewed':
      return [
        set({}),
        update('payment_methods', { id: event.paymentMethodId }, { details: event.detailsId }),
      ];
    case 'DefaultPaymentMethodChosen':
      return [set({ default_payment_method: event.paymentMethodId })];
    case 'PaymentMethodRemoved':
      // A default that is there no more is none: the query looks for it among the methods.
      return [set({}), remove('payment_methods', { id: event.paymentMethodId })];
    case 'ProviderCustomerRequested':
    case 'ProviderCustomerRefused':
    case 'ProviderCustomerLost':
    case 'PaymentMethodSetupRequested':
    case 'PaymentMethodSetupStarted':
    case 'PaymentMethodSetupRefused':
    case 'PaymentMethodSetupDeclined':
    case 'PaymentMethodSetupSucceeded':
    case 'PaymentMethodSetupAbandoned':
    case 'PaymentMethodRemovalRequested':
    case 'PaymentMethodRemovalRefused':
    case 'PlanAttached':
    case 'PlanDetached':
      return [set({})];
  }
}

export const customersProjection: Projection = {
  name: 'customers',
  version: 1,
  ddl,
  tables: { customers: ['id'], payment_methods: ['id'] },
  changesOf: routeByCategory({ customer: onEveryEvent(customerCodec, changesOf) }),
};

/** A row as the query brings it: the profile's columns are null where its record was destroyed. */
type ListedCustomer = Omit<CustomerRow, 'profile'> & {
  readonly [K in keyof CustomerProfile]: CustomerProfile[K] | null;
};

export class PostgresCustomerQueries implements CustomerQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(filter: Parameters<CustomerQueries['list']>[0]): ReturnType<CustomerQueries['list']> {
    const page = await keysetPage<ListedCustomer>(this.#pool, {
      select: `select id, profile_version, provider_customer, revision, created_at,
                 (select m.id from read_customers.payment_methods m where m.id = default_payment_method)
                   as default_payment_method, ${profileColumns}
               from read_customers.customers
                 left join counterfoil.customer_profiles on record_id = profile`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_customers.customers where id = $)',
      conditions: new Conditions().add('lower(email) = lower($)', filter.email).addCreated(filter),
      page: filter,
    });
    return { rows: page.rows.map(rowOf), hasMore: page.hasMore };
  }

  async findByProvider(providerCustomerId: string): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ id: string }>(
      'select id from read_customers.customers where provider_customer = $1',
      [providerCustomerId],
    );
    return rows[0]?.id;
  }
}

function rowOf(listed: ListedCustomer): CustomerRow {
  const { id, profile_version, default_payment_method, provider_customer, revision, created_at, ...own } =
    listed;
  const profile: CustomerProfile = {
    ...own,
    taxIds: own.taxIds ?? blankProfile.taxIds,
    currencies: own.currencies ?? blankProfile.currencies,
    noticesOff: own.noticesOff ?? blankProfile.noticesOff,
    methodOrder: own.methodOrder ?? blankProfile.methodOrder,
    metadata: own.metadata ?? blankProfile.metadata,
  };
  return { id, profile, profile_version, default_payment_method, provider_customer, revision, created_at };
}
