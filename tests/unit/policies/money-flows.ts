import { randomUUID } from 'node:crypto';
import { collectionCodec } from '../../../src/application/collection/collection.codec.js';
import { collectionAgenda } from '../../../src/application/collection/collection-agenda.js';
import { createRefundInvoice } from '../../../src/application/collection/refund-invoice.js';
import { customerCodec } from '../../../src/application/customer/customer.codec.js';
import { invoiceCodec } from '../../../src/application/invoice/invoice.codec.js';
import { invoiceAgendaOf } from '../../../src/application/invoice/invoice-agenda.js';
import { invoiceIdOf } from '../../../src/application/invoice/invoice-ids.js';
import { invoiceIdOfOrder, orderIdOf } from '../../../src/application/order/order-ids.js';
import { paymentCodec } from '../../../src/application/payment/payment.codec.js';
import { createPaymentEffects } from '../../../src/application/payment/payment-effects.js';
import type { RefundRule } from '../../../src/application/payment/refund-rule.js';
import { planCodec } from '../../../src/application/plan/plan.codec.js';
import { planAgendaOf } from '../../../src/application/plan/plan-agenda.js';
import { planIdOf } from '../../../src/application/plan/plan-ids.js';
import { createGiveBack } from '../../../src/application/policies/give-back.js';
import { issueInvoice } from '../../../src/application/policies/issue-invoice.js';
import type { EventMetadata, RecordedEvent } from '../../../src/application/ports/event-store.js';
import type { AgendaEntry } from '../../../src/application/shared/agenda.js';
import type { Handled } from '../../../src/application/shared/command-handler.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { categoryOf } from '../../../src/application/shared/stream-parts.js';
import { civilDateIn } from '../../../src/application/shared/zones.js';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import type { CustomerEvent } from '../../../src/domain/customer/events.js';
import type { CustomerProfile } from '../../../src/domain/customer/profile.js';
import type { IssuedInvoice } from '../../../src/domain/invoice/state.js';
import { isIssued } from '../../../src/domain/invoice/state.js';
import type { OrderCommand } from '../../../src/domain/order/messages.js';
import { payment } from '../../../src/domain/payment/payment.js';
import { standard } from '../../../src/domain/plan/terms.js';
import type { Currency } from '../../../src/domain/shared/currency.js';
import type { CustomerId, InvoiceId, OrderId } from '../../../src/domain/shared/ids.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import type { Money } from '../../../src/domain/shared/money.js';
import { money } from '../../../src/domain/shared/money.js';
import type { PlanTerms } from '../../../src/domain/shared/plan-terms.js';
import { newCustomerId } from '../../support/customer-examples.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { journalIn } from '../../support/journals.js';
import { createMoneyModules, zone } from '../../support/money-modules.js';
import { required } from '../../support/payment-examples.js';
import { PretendGateway } from '../http/in-memory-ports.js';

const roundsMax = 60;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The modules of money with their policies, timers and a pretended provider, on one log in memory. */
export type MoneyFlows = ReturnType<typeof createMoneyFlows>;

/**
 * @param graceMs how long a request that collects has its collection to itself
 * @param shortBy what a cheque may be short by, in minor units
 * @param currency of everything that is sold
 */
export function createMoneyFlows(
  refundRule: RefundRule = () => null,
  graceMs = 0,
  shortBy = 0n,
  currency: Currency = 'USD',
  methodOrder: CustomerProfile['methodOrder'] = [],
) {
  const amountOf = (minor: number): Money => money(BigInt(minor), currency);
  let now = required(parseInstant('2026-03-02T10:00:00.000Z'));
  const clock = { now: (): Instant => now };
  const eventStore = new InMemoryEventStore();
  const gateway = new PretendGateway();
  const payments = createCommandHandler({
    ...{ eventStore, decider: payment, codec: paymentCodec, category: 'payment' },
  });
  const effects = createPaymentEffects({ handler: payments, gateway, clock });
  // As what goes on by itself does it: requests are recorded, and carried out afterwards.
  const askNow = { load: payments.load, run: payments.handle };
  const modules = createMoneyModules({
    eventStore,
    clock,
    logger: silent,
    payments,
    gateway,
    askNow,
    graceMs,
    shortBy,
    methodOrder,
  });
  const { orders, orderOperations, plans, invoices, credits, customers, manualPayments } = modules;
  const { collections, startCollection, startPlan, policies, tasks } = modules;
  const giveBack = createGiveBack({ credits, manualPayments, clock });
  const refundInvoice = createRefundInvoice({
    ...{ invoices, plans, payments: askNow, gateway, giveBack, clock },
    refundRule,
  });
  const agenda = new Map<
    string,
    { readonly item: string; readonly kind: string; readonly dueAt: Instant } & Recorded
  >();
  const waiting: RecordedEvent[] = [];
  let followed = 0;
  let problems: readonly string[] = [];

  async function follow(): Promise<boolean> {
    const news = await eventStore.readAll(BigInt(followed), 1_000);
    followed += news.length;
    const told = [...waiting.splice(0), ...news];
    const stuck = new Set<string>();
    const found: string[] = [];
    for (const recorded of told) {
      if (news.includes(recorded)) note(recorded);
      if (!stuck.has(recorded.stream) && (await tell(recorded, found))) continue;
      stuck.add(recorded.stream);
      waiting.push(recorded);
    }
    problems = found;
    return news.length > 0 || waiting.length < told.length;
  }

  async function tell(recorded: RecordedEvent, found: string[]): Promise<boolean> {
    let done = true;
    for (const policy of policies) {
      if (policy.category !== categoryOf(recorded.stream)) continue;
      try {
        await policy.react(recorded);
      } catch (error) {
        done = false;
        found.push(`${policy.name} at ${recorded.type} of ${recorded.stream}: ${String(error)}`);
      }
    }
    return done;
  }

  function note(recorded: RecordedEvent): void {
    for (const entry of agendaOf(recorded)) {
      const key = `${recorded.stream} ${entry.kind} ${entry.item}`;
      agenda.delete(key);
      if (entry.entry === 'promised') agenda.set(key, { ...entry, recorded });
    }
  }

  async function carryOut(): Promise<void> {
    const log = await eventStore.readAll(0n, 100_000);
    for (const recorded of log.filter(({ type }) => /^(Payment|Refund)\w*Requested$/.test(type))) {
      if (categoryOf(recorded.stream) !== 'payment') continue;
      const fact = { id: recorded.id, event: paymentCodec.decode(recorded) };
      await effects.perform(recorded.stream.slice('payment-'.length), fact, recorded.metadata);
    }
  }

  async function doWhatIsDue(): Promise<void> {
    for (const { kind, item, dueAt, recorded } of [...agenda.values()]) {
      if (dueAt > now) continue;
      const task = tasks[kind];
      if (task === undefined) continue;
      const { stream, id, revision } = recorded;
      await task({ stream, kind, item, event_id: id, revision, due_at: dueAt, attempts: 1 });
    }
  }

  /** Lets everything happen that follows; answers what policies could not do to the end. */
  async function settle(): Promise<readonly string[]> {
    for (let round = 0; round < roundsMax; round += 1) {
      const moved = await follow();
      await carryOut();
      await doWhatIsDue();
      if (!moved && (await eventStore.head()) === BigInt(followed)) return problems;
    }
    throw new Error(`it does not come to rest: ${problems.join('; ')}`);
  }

  const metadata = (): EventMetadata => ({
    commandId: randomUUID(),
    correlationId: 'test',
    causationId: 'test',
    actor: { kind: 'api_key', id: 'key_1' },
    reason: null,
  });

  async function remember(customerId: CustomerId, ...facts: readonly CustomerEvent[]): Promise<void> {
    const { revision } = await customers.load(customerId);
    const events = facts.map((fact) => ({
      id: randomUUID(),
      ...customerCodec.encode(fact),
      metadata: metadata(),
    }));
    await eventStore.append(`customer-${customerId}`, revision ?? 'no_stream', events);
  }

  const saved = (paymentMethodId: string, kind: string): CustomerEvent => ({
    ...{ type: 'PaymentMethodAdded', at: clock.now(), paymentMethodId, kind, detailsId: randomUUID() },
  });

  /** A card, from now on the customer's default. */
  async function saveMethod(customerId: CustomerId, paymentMethodId: string): Promise<void> {
    const chosen = { type: 'DefaultPaymentMethodChosen', at: clock.now(), paymentMethodId } as const;
    await remember(customerId, saved(paymentMethodId, 'card'), chosen);
  }

  /** Tells every policy of everything, or of one fact, once more, as after a crash. */
  async function tellAgain(only?: RecordedEvent): Promise<void> {
    const found: string[] = [];
    const all = only === undefined ? await eventStore.readAll(0n, 100_000) : [only];
    for (const recorded of all) await tell(recorded, found);
    if (found.length > 0) throw new Error(found.join('; '));
  }

  return {
    tellAgain,
    amountOf,
    ...{
      clock,
      eventStore,
      gateway,
      orders,
      orderOperations,
      plans,
      invoices,
      credits,
      customers,
      manualPayments,
      payments,
    },
    ...{ collections, startCollection, refundInvoice, startPlan, settle, metadata },

    async advance(days: number): Promise<readonly string[]> {
      now = later(now, days * 86_400_000);
      return settle();
    },

    /**
     * @param method a card, `pm_ok`, `pm_declined`, or none; it is the default
     * @param debit a SEPA debit, saved after it
     */
    async customer(method: string | null = 'pm_ok', debit?: string): Promise<CustomerId> {
      const customerId = newCustomerId();
      const registered = { type: 'CustomerRegistered', at: clock.now() } as const;
      await remember(customerId, { ...registered, customerId, profileId: randomUUID() });
      if (method !== null) await saveMethod(customerId, method);
      if (debit !== undefined) await remember(customerId, saved(debit, 'sepa_debit'));
      return customerId;
    },

    saveMethod,

    /** An open invoice over so many minor units. */
    async invoice(customerId: CustomerId, cents: number, orderId: OrderId | null = null): Promise<InvoiceId> {
      const invoiceId = invoiceIdOf(randomUUID());
      await issueInvoice(invoices, clock, {
        details: { invoiceId, customerId, orderId, currency, purpose: 'sale' },
        description: 'Chairs',
        amount: amountOf(cents),
        metadataOf: metadata,
      });
      return invoiceId;
    },

    /** An order that was approved today under these terms; nothing has followed from it yet. */
    async approvedOrder(customerId: CustomerId, cents: number, terms: PlanTerms = standard()) {
      const orderId = orderIdOf(randomUUID());
      const details = { orderId, customerId, currency, description: null, metadata: {} } as const;
      const at = clock.now();
      const [total, approvedOn] = [amountOf(cents), civilDateIn(zone, at)];
      const commands: readonly OrderCommand[] = [
        { type: 'OpenOrder', at, details, total },
        { type: 'StartOrderAnalysis', at, total: null },
        { type: 'StartOrderReview', at, total: null },
        { type: 'ApproveOrder', at, total: null, terms, approvedOn, zone: 'UTC' },
      ];
      for (const command of commands) accepted(await orderOperations.run(orderId, command, metadata()));
      const invoiceId = invoiceIdOfOrder(orderId);
      return { orderId, invoiceId, planId: planIdOf(invoiceId) };
    },

    async issued(invoiceId: InvoiceId): Promise<IssuedInvoice> {
      const { state } = await invoices.load(invoiceId);
      if (!isIssued(state)) throw new TypeError(`${invoiceId} is ${state.status}`);
      return state;
    },

    facts: (type?: string): Promise<readonly RecordedEvent[]> =>
      eventStore
        .readAll(0n, 100_000)
        .then((log) => log.filter((one) => type === undefined || one.type === type)),

    /** What every account of the ledger comes to, by name; those at zero are left out. */
    async ledger(): Promise<Readonly<Record<string, number>>> {
      const sums: Record<string, number> = {};
      for (const recorded of await eventStore.readAll(0n, 100_000)) {
        for (const { account, amount } of journalIn(recorded)?.lines ?? []) {
          sums[account] = (sums[account] ?? 0) + Number(amount.minor);
        }
      }
      return Object.fromEntries(Object.entries(sums).filter(([, sum]) => sum !== 0));
    },
  };
}

type Recorded = { readonly recorded: RecordedEvent };

/** The state after a command that must be accepted. */
export function accepted<S, E, R extends { readonly code: string }>(handled: Handled<S, E, R>): S {
  if (handled.outcome === 'accepted') return handled.state;
  throw new Error(handled.outcome === 'rejected' ? handled.rejection.code : handled.outcome);
}

function agendaOf(recorded: RecordedEvent): readonly AgendaEntry[] {
  switch (categoryOf(recorded.stream)) {
    case 'invoice':
      return invoiceAgendaOf(invoiceCodec.decode(recorded));
    case 'paymentPlan':
      return planAgendaOf(planCodec.decode(recorded));
    case 'collection':
      return collectionAgenda(collectionCodec.decode(recorded));
    default:
      return [];
  }
}
