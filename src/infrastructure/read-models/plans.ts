import type { Pool } from 'pg';
import { planCodec } from '../../application/plan/plan.codec.js';
import type {
  PlanPartRow,
  PlanQueries,
  PlanRow,
  PlansOfCustomer,
} from '../../application/ports/plan-queries.js';
import { readTerms, writeTerms } from '../../application/shared/stored-terms.js';
import { idOf } from '../../application/shared/stream-parts.js';
import type { PlanEvent, PlanEventOf } from '../../domain/plan/events.js';
import type { ScheduledPart } from '../../domain/shared/plan-schedule.js';
import type { Envelope, Projection } from '../projections/projection.js';
import { onEvents, routeByCategory } from '../projections/projection.js';
import type { Row, RowChange } from '../projections/row-changes.js';
import { insert, remove, update } from '../projections/row-changes.js';
import { Conditions, keysetPage } from './keyset-page.js';

/** A plan with its parts; a part that a new version took over whole is gone. */
const ddl = `
  create table plans (
    id                text        primary key,
    completed         boolean     not null,
    defaulted         boolean     not null,
    canceled          boolean     not null,
    invoice           text        not null,
    "order"           text,
    customer          text        not null,
    currency          text        not null,
    total             bigint      not null,
    amount_settled    bigint      not null,
    amount_discounted bigint      not null,
    amount_refundable bigint,
    amount_retained   bigint,
    version           integer     not null,
    terms             text        not null,
    approved_on       text        not null,
    time_zone         text        not null,
    released_at       timestamptz,
    paused_on         text,
    revision          bigint      not null,
    created_at        timestamptz not null,
    status            text        not null generated always as (
      case when canceled then 'canceled' when completed then 'completed'
        when defaulted then 'defaulted' else 'active' end) stored
  ) with (fillfactor = 85);
  create index plans_by_time     on plans (created_at, id);
  create index plans_by_status   on plans (status, created_at, id);
  create index plans_by_customer on plans (customer, created_at, id);
  create index plans_by_order    on plans ("order", created_at, id) where "order" is not null;
  create index plans_by_invoice  on plans (invoice, created_at, id);
  create table parts (
    plan               text    not null,
    part               integer not null,
    place              integer not null,
    amount             bigint  not null,
    due_on             text,
    milestone          text,
    collect            text    not null,
    step               text    not null,
    amount_settled     bigint  not null,
    amount_discounted  bigint  not null,
    late_fees          bigint  not null,
    collection         text,
    failed_collections bigint  not null,
    primary key (plan, part)
  ) with (fillfactor = 85);
`;

const planOf = ({ stream }: Envelope): string => idOf(stream);

/** Changes the event's plan, and notes that it is the plan's latest. */
function change(envelope: Envelope, set: Row = {}, add: Readonly<Record<string, bigint>> = {}): RowChange {
  return update('plans', { id: planOf(envelope) }, { revision: envelope.revision, ...set }, add);
}

function changePart(
  envelope: Envelope,
  part: number,
  set: Row,
  add: Readonly<Record<string, bigint>> = {},
): RowChange {
  return update('parts', { plan: planOf(envelope), part }, set, add);
}

function insertPart(envelope: Envelope, { part, amount, due, collect }: ScheduledPart, place: number) {
  return insert('parts', {
    plan: planOf(envelope),
    part,
    place,
    amount: amount.minor,
    due_on: due.kind === 'date' ? due.on : null,
    milestone: due.kind === 'milestone' ? due.name : null,
    collect,
    step: 'scheduled',
    amount_settled: 0n,
    amount_discounted: 0n,
    late_fees: 0n,
    collection: null,
    failed_collections: 0n,
  });
}

function started(event: PlanEventOf<'PlanStarted'>, envelope: Envelope): readonly RowChange[] {
  const plan = insert('plans', {
    id: event.planId,
    completed: false,
    defaulted: false,
    canceled: false,
    invoice: event.invoiceId,
    order: event.orderId,
    customer: event.customerId,
    currency: event.total.currency,
    total: event.total.minor,
    amount_settled: 0n,
    amount_discounted: 0n,
    amount_refundable: null,
    amount_retained: null,
    version: event.version,
    terms: writeTerms(event.terms),
    approved_on: event.approvedOn,
    time_zone: event.zone,
    released_at: null,
    paused_on: null,
    revision: envelope.revision,
    created_at: event.at,
  });
  return [plan, ...event.parts.map((part, place) => insertPart(envelope, part, place))];
}

function replanned(event: PlanEventOf<'PlanReplanned'>, envelope: Envelope): readonly RowChange[] {
  const { version, total, parts, closed, added, cause } = event;
  const remaining = new Set(parts.map(({ part }) => part));
  const gone = closed.filter((part) => !remaining.has(part));
  return [
    change(envelope, { version, total: total.minor, ...(cause === 'replanned' ? { defaulted: false } : {}) }),
    ...gone.map((part) => remove('parts', { plan: planOf(envelope), part })),
    ...parts.map((part, place) =>
      added.includes(part.part)
        ? insertPart(envelope, part, place)
        : changePart(envelope, part.part, { amount: part.amount.minor, place }),
    ),
  ];
}

const handlers = onEvents<PlanEvent>(planCodec, {
  PlanStarted: started,
  PlanReplanned: replanned,
  PlanPartAnnounced: (_event, envelope) => [change(envelope)],
  PlanPartDue: ({ part }, envelope) => [change(envelope), changePart(envelope, part, { step: 'due' })],
  PlanPaused: ({ on }, envelope) => [change(envelope, { paused_on: on })],
  PlanResumed: ({ moved }, envelope) => [
    change(envelope, { paused_on: null }),
    ...moved
      .filter(({ step }) => step === 'due')
      .map(({ part, on }) => changePart(envelope, part, { due_on: on })),
  ],
  PlanPartMissed: ({ part }, envelope) => [change(envelope), changePart(envelope, part, { step: 'missed' })],
  LateFeeFellDue: ({ part, amount }, envelope) => [
    change(envelope),
    changePart(envelope, part, {}, { late_fees: amount.minor }),
  ],
  PlanMilestoneReached: (_event, envelope) => [change(envelope)],
  PlanPartCollectionStarted: ({ part, collectionId }, envelope) => [
    change(envelope),
    changePart(envelope, part, { collection: collectionId }),
  ],
  PlanPartCollectionFailed: ({ part }, envelope) => [
    change(envelope),
    changePart(envelope, part, { collection: null }, { failed_collections: 1n }),
  ],
  PlanPartCollectionConcluded: ({ part }, envelope) => [
    change(envelope),
    changePart(envelope, part, { collection: null }),
  ],
  PlanPartSettled: ({ part, amount }, envelope) => [
    change(envelope, {}, { amount_settled: amount.minor }),
    changePart(envelope, part, {}, { amount_settled: amount.minor }),
  ],
  PlanPartUnsettled: ({ part, amount }, envelope) => [
    change(envelope, { completed: false }, { amount_settled: -amount.minor }),
    changePart(envelope, part, {}, { amount_settled: -amount.minor }),
  ],
  EarlyDiscountEarned: ({ amount, closed }, envelope) => [
    change(envelope, {}, { amount_discounted: amount.minor }),
    ...closed.map((each) => changePart(envelope, each.part, {}, { amount_discounted: each.amount.minor })),
  ],
  EarlyDiscountLost: ({ amount, reopened }, envelope) => [
    change(envelope, {}, { amount_discounted: -amount.minor }),
    ...reopened.map((each) => changePart(envelope, each.part, {}, { amount_discounted: -each.amount.minor })),
  ],
  PlanDefaulted: ({ accelerated }, envelope) => [
    change(envelope, { defaulted: true }),
    ...accelerated.map((part) => changePart(envelope, part, { step: 'due' })),
  ],
  PlanReleasedOrder: ({ at }, envelope) => [change(envelope, { released_at: at })],
  PlanCompleted: (_event, envelope) => [change(envelope, { completed: true })],
  PlanCanceled: ({ refundable, retained }, envelope) => [
    change(envelope, {
      canceled: true,
      amount_refundable: refundable.minor,
      amount_retained: retained.minor,
    }),
  ],
});

export const plansProjection: Projection = {
  name: 'plans',
  version: 3,
  ddl,
  tables: { plans: ['id'], parts: ['plan', 'part'] },
  changesOf: routeByCategory({ paymentPlan: handlers }),
};

type StoredRow = Omit<PlanRow, 'terms' | 'parts'> & { readonly terms: string };

export class PostgresPlanQueries implements PlanQueries {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(filter: Parameters<PlanQueries['list']>[0]): ReturnType<PlanQueries['list']> {
    const page = await keysetPage<StoredRow>(this.#pool, {
      select: `select id, status, invoice, "order", customer, currency, total, amount_settled, amount_discounted,
                 amount_refundable, amount_retained, version, terms, approved_on, time_zone, released_at, paused_on, revision,
                 created_at from read_plans.plans`,
      order: ['created_at', 'id'],
      cursor: '(select created_at, id from read_plans.plans where id = $)',
      conditions: new Conditions()
        .add('status = $', filter.status)
        .add('customer = $', filter.customer)
        .add('"order" = $', filter.order)
        .add('invoice = $', filter.invoice)
        .addCreated(filter),
      page: filter,
    });
    const parts = await this.#partsOf(page.rows.map(({ id }) => id));
    const rows = page.rows.map((row) => ({
      ...row,
      terms: readTerms(row.terms),
      parts: parts.get(row.id) ?? [],
    }));
    return { ...page, rows };
  }

  async ofCustomer(customer: string, today: string): Promise<PlansOfCustomer> {
    const left = 'p.amount - p.amount_settled - p.amount_discounted';
    const [running, next] = await Promise.all([
      this.#pool.query<PlansOfCustomer['running'][number]>(
        `select l.invoice, l.currency,
           coalesce(sum(${left}) filter (where p.step <> 'scheduled'), 0)::bigint as due, coalesce(sum(${left}) filter (
             where p.step = 'missed' or (p.step = 'due' and p.due_on < $2)), 0)::bigint as late
         from read_plans.plans l join read_plans.parts p on p.plan = l.id
         where l.customer = $1 and l.status in ('active', 'defaulted') group by l.id`,
        [customer, today],
      ),
      this.#pool.query<NonNullable<PlansOfCustomer['next']>>(
        `select p.due_on as "on", ${left} as minor, l.currency
         from read_plans.plans l join read_plans.parts p on p.plan = l.id
         where l.customer = $1 and l.status = 'active' and p.collect = 'automatic' and p.step = 'scheduled'
           and p.due_on is not null and ${left} > 0
         order by p.due_on, l.id limit 1`,
        [customer],
      ),
    ]);
    return { running: running.rows, next: next.rows[0] ?? null };
  }

  async #partsOf(plans: readonly string[]): Promise<ReadonlyMap<string, readonly PlanPartRow[]>> {
    const { rows } = await this.#pool.query<PlanPartRow & { readonly plan: string }>(
      `select plan, part, amount, due_on, milestone, collect, step, amount_settled, amount_discounted, late_fees,
         collection, failed_collections from read_plans.parts where plan = any ($1) order by plan, place`,
      [plans],
    );
    const byPlan = new Map<string, PlanPartRow[]>();
    for (const { plan, ...part } of rows) byPlan.set(plan, [...(byPlan.get(plan) ?? []), part]);
    return byPlan;
  }
}
