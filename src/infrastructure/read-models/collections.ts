import type { Pool } from 'pg';
import { collectionCodec } from '../../application/collection/collection.codec.js';
import type {
  CollectionQueries,
  CollectionRow,
  CollectionStatus,
} from '../../application/ports/collection-queries.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { CollectionEvent } from '../../domain/collection/events.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { Row, RowChange } from '../projections/row-changes.js';
import { insert, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

const ddl = `
  create table collections (
    id             text        primary key,
    invoice        text        not null,
    customer       text        not null,
    payment_plan   text,
    part           integer,
    status         text        not null,
    mode           text        not null,
    amount         bigint      not null,
    amount_settled bigint      not null,
    currency       text        not null,
    failure_code   text,
    created_at     timestamptz not null
  ) with (fillfactor = 85);
  create index collections_by_time     on collections (created_at, id);
  create index collections_by_invoice  on collections (invoice, created_at, id);
  create index collections_by_customer on collections (customer, created_at, id);
  create index collections_by_status   on collections (status, created_at, id);
`;

const handlers = onEvents<CollectionEvent>(collectionCodec, {
  CollectionStarted: (event) => [
    insert('collections', {
      id: event.collectionId,
      invoice: event.invoiceId,
      customer: event.customerId,
      payment_plan: event.planPart?.planId ?? null,
      part: event.planPart?.part ?? null,
      status: 'processing',
      mode: event.mode,
      amount: event.amount.minor,
      amount_settled: 0n,
      currency: event.amount.currency,
      failure_code: null,
      created_at: event.at,
    }),
  ],
  CollectionClaimRefused: ({ code }, envelope) => change(envelope, failed(code)),
  CollectionSucceeded: ({ settled }, envelope) =>
    change(envelope, { status: 'succeeded' satisfies CollectionStatus, amount_settled: settled.minor }),
  CollectionFailed: ({ code }, envelope) => change(envelope, failed(code)),
});

function failed(code: string): Row {
  return { status: 'failed' satisfies CollectionStatus, failure_code: code };
}

function change({ stream }: Envelope, set: Row): readonly RowChange[] {
  return [update('collections', { id: idOf(stream) }, set)];
}

export const collectionsProjection: Projection = {
  name: 'collections',
  version: 1,
  ddl,
  tables: { collections: ['id'] },
  changesOf: routeByCategory({ collection: handlers }),
};

export class PostgresCollectionQueries implements CollectionQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  list(filter: Parameters<CollectionQueries['list']>[0]): ReturnType<CollectionQueries['list']> {
    return keysetPage<CollectionRow>(this.#pool, {
      select: `select id, invoice, customer, payment_plan, part, status, mode, amount, amount_settled, currency,
                 failure_code, created_at
               from read_collections.collections`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_collections.collections where id = $)',
      conditions: new Conditions()
        .add('invoice = $', filter.invoice)
        .add('customer = $', filter.customer)
        .add('status = $', filter.status)
        .addCreated(filter),
      page: filter,
    });
  }
}
