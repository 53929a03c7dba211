import type { PaymentCommand } from '../../domain/payment/commands.js';
import type { DisputeSnapshot, RefundSnapshot } from '../../domain/payment/intent.js';
import { payment } from '../../domain/payment/payment.js';
import type { PaymentRejection } from '../../domain/payment/rejections.js';
import type { Captured, PaymentState } from '../../domain/payment/state.js';
import { refunded } from '../../domain/payment/state.js';
import type { PaymentId } from '../../domain/shared/ids.js';
import { parsePaymentId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import { add, compare } from '../../domain/shared/money.js';
import { observeIntent, observeRefund } from '../payment/observations.js';
import type { HandledPayment, PaymentHandler } from '../payment/payment-effects.js';
import type { Clock } from '../ports/clock.js';
import type { HandlingOutcome, InboundWebhook } from '../ports/inbound-webhooks.js';
import type { PaymentGateway, ProviderAnswer } from '../ports/payment-gateway.js';
import type { PaymentQueries } from '../ports/read-models.js';
import type { Loaded } from '../shared/command-handler.js';
import type { HandleCustomerNews } from './handle-customer-news.js';
import type { ProviderNews, ReadNews } from './provider-news.js';
import { isAboutCustomers } from './provider-news.js';
import { webhookAttemptsMax } from './retry-schedule.js';
import { metadataOf, retryOrPark } from './webhook-attempts.js';

/**
 * Handles one webhook; safe to run any number of times. Throws what the event store throws.
 * @param findings of webhooks handled before it, where all of them had come in before the first was handled
 */
export type HandleWebhook = (webhook: InboundWebhook, findings?: Findings) => Promise<HandlingOutcome>;

/**
 * What was found out while webhooks of one object are handled one after the other. The provider's present truth, once
 * recorded, holds what any webhook could tell that had come in before it was asked for.
 */
export type Findings = {
  /** Payments as they were last read or written; others may have gone on since, which an append tells. */
  readonly payments: Map<PaymentId, Loaded<PaymentState>>;
  /** Looks at the provider, by their object: recorded, or without an answer. */
  readonly looks: Map<string, 'recorded' | Extract<ProviderAnswer<never>, { outcome: 'unknown' }>>;
};

export function noFindings(): Findings {
  return { payments: new Map(), looks: new Map() };
}

type PaymentNews = Extract<ProviderNews, { about: 'intent' | 'charge' | 'refund' | 'dispute' }>;

/** How often the stream may change between our look at it and our append before the webhook waits for a retry. */
const rereadsMax = 5;

/**
 * From news to facts. A webhook shows its object as it once was, so it serves as a hint only: where its own content
 * holds anything new, the object is fetched and what the provider says now is recorded. In whatever order and number
 * webhooks come, the history ends the same.
 */
export function createWebhookHandler(parts: {
  readonly readNews: ReadNews;
  readonly handler: PaymentHandler;
  readonly gateway: Pick<PaymentGateway, 'fetchIntent' | 'fetchRefund' | 'fetchDispute'>;
  readonly payments: Pick<PaymentQueries, 'findByIntent'>;
  readonly customers: HandleCustomerNews;
  readonly clock: Clock;
  /** The inbox waits by the machine's own time. */
  readonly machineClock: Clock;
}): HandleWebhook {
  const { readNews, handler, gateway, payments, customers, clock, machineClock } = parts;

  async function handle(webhook: InboundWebhook, findings = noFindings()): Promise<HandlingOutcome> {
    const news = readNews(webhook);
    if (news.about === 'nothing') return { status: 'ignored', note: news.note };
    if (news.about === 'unreadable' || news.about === 'review')
      return { status: 'parked', error: news.reason };
    if (isAboutCustomers(news)) return customers(news, webhook);
    const paymentId = await ownerOf(news);
    if (paymentId !== undefined) return settle(paymentId, news, webhook, findings);
    // A refund made outside and a dispute carry no metadata of ours, so only the read model can tell whose they are. An outage may
    // keep us from learning of our intent for hours, and one that is passed over is missing from the books for good.
    if ((news.about === 'refund' || news.about === 'dispute') && webhook.attempts < webhookAttemptsMax) {
      return retry(webhook, `no payment has intent ${news.intentId} yet`, null);
    }
    return { status: 'ignored', note: `intent ${news.intentId} is not of a payment of ours` };
  }

  async function ownerOf(news: PaymentNews): Promise<PaymentId | undefined> {
    const named = news.payment === null ? undefined : parsePaymentId(news.payment);
    if (named !== undefined) return named;
    const found = await payments.findByIntent(news.intentId);
    return found === undefined ? undefined : parsePaymentId(found);
  }

  async function settle(
    paymentId: PaymentId,
    news: PaymentNews,
    webhook: InboundWebhook,
    { payments: known, looks }: Findings,
  ): Promise<HandlingOutcome> {
    for (let round = 1; round <= rereadsMax; round += 1) {
      // Read before the fetch: what is fetched is then at least as new as what it is recorded on.
      const loaded = known.get(paymentId) ?? (await handler.load(paymentId));
      const { state } = loaded;
      if (state.status === 'absent') return retry(webhook, `there is no ${paymentId} yet`, null);
      known.set(paymentId, loaded);
      const look = lookOf(news, state);
      const earlier = looks.get(look);
      if (earlier === 'recorded' || holdsNothingNew(state, news, clock.now())) {
        return { status: 'processed', note: `nothing new for ${paymentId}` };
      }
      const answer = earlier ?? (await fetchNow(news, state));
      if (answer.outcome === 'unknown') {
        looks.set(look, answer);
        return retry(webhook, `provider: ${answer.reason}`, answer.retryAfterMs);
      }
      if (answer.outcome === 'refused')
        return { status: 'parked', error: `provider: ${answer.refusal.code}` };
      known.delete(paymentId);
      const handled = await record(paymentId, answer.value.command(clock.now()), webhook, loaded);
      if (handled.outcome === 'stale') continue;
      if (handled.outcome === 'rejected') return { status: 'parked', error: reasonOf(handled.rejection) };
      known.set(paymentId, handled);
      if (answer.value.more) continue;
      looks.set(look, 'recorded');
      const facts = handled.facts.map(({ event }) => event.type).join(', ');
      const note = facts === '' ? `nothing new for ${paymentId}` : `${paymentId}: ${facts}`;
      return { status: 'processed', note };
    }
    return retry(webhook, `${paymentId} kept changing`, null);
  }

  /** A refund or a dispute can only follow the capture, so where that is not known yet, the intent's news comes first. */
  async function fetchNow(
    news: PaymentNews,
    state: PaymentState,
  ): Promise<ProviderAnswer<{ command: (at: Instant) => PaymentCommand; more: boolean }>> {
    if (news.about === 'intent' || news.about === 'charge' || state.status !== 'captured') {
      const answer = await gateway.fetchIntent(news.intentId);
      if (answer.outcome !== 'answered') return answer;
      const { value: intent } = answer;
      const more = (news.about === 'refund' || news.about === 'dispute') && intent.status === 'succeeded';
      return { outcome: 'answered', value: { command: (at) => observeIntent(intent, at), more } };
    }
    if (news.about === 'dispute') {
      const answer = await gateway.fetchDispute(news.providerDisputeId);
      if (answer.outcome !== 'answered') return answer;
      const { value: dispute } = answer;
      return { outcome: 'answered', value: { command: (at) => observeDispute(dispute, at), more: false } };
    }
    const answer = await gateway.fetchRefund(news.providerRefundId);
    if (answer.outcome !== 'answered') return answer;
    const { value: refund } = answer;
    const earlier = await findUndone(state, refund);
    if (earlier !== null && earlier.outcome !== 'answered') return earlier;
    const found = earlier?.value ?? refund;
    return {
      outcome: 'answered',
      value: { command: (at) => observeRefund(found, at), more: found !== refund },
    };
  }

  /**
   * A refund that finds no room beside those we know was made after one of them failed or was canceled, and we have not
   * heard of that yet. It comes first, or more would stand refunded than was captured. Null when there is room.
   */
  async function findUndone(
    state: Captured,
    news: RefundSnapshot,
  ): Promise<ProviderAnswer<RefundSnapshot> | null> {
    const held = state.refunds.filter(({ status }) => status === 'pending' || status === 'succeeded');
    if (held.some(({ providerRefundId: id }) => id === news.providerRefundId)) return null;
    if (news.amount.currency !== state.captured.currency) return null;
    if (compare(add(refunded(state), news.amount), state.captured) <= 0) return null;
    for (const { providerRefundId } of held) {
      if (providerRefundId === null) continue;
      const answer = await gateway.fetchRefund(providerRefundId);
      if (answer.outcome !== 'answered') return answer;
      if (answer.value.status === 'failed' || answer.value.status === 'canceled') return answer;
    }
    return null;
  }

  /** `stale` when the stream has moved on since it was read. */
  function record(
    paymentId: PaymentId,
    command: PaymentCommand,
    webhook: InboundWebhook,
    known: Loaded<PaymentState>,
  ): Promise<HandledPayment> {
    const options = { known, ifRevision: known.revision };
    return handler.handle(paymentId, command, metadataOf(webhook, known), options);
  }

  function retry(webhook: InboundWebhook, error: string, retryAfterMs: number | null): HandlingOutcome {
    return retryOrPark(webhook, error, machineClock.now(), retryAfterMs);
  }

  return handle;
}

/** Decides on the webhook's own content, without recording anything. */
function holdsNothingNew(state: PaymentState, news: PaymentNews, at: Instant): boolean {
  if (news.about === 'charge') return knowsCharge(state, news.chargeId);
  const decision = payment.decide(state, observed(news, at));
  return decision.outcome === 'accepted' && decision.events.length === 0;
}

/** The object that is asked for at the provider. */
function lookOf(news: PaymentNews, { status }: PaymentState): string {
  if (status !== 'captured') return news.intentId;
  if (news.about === 'refund') return news.providerRefundId;
  return news.about === 'dispute' ? news.providerDisputeId : news.intentId;
}

function observed(news: Exclude<PaymentNews, { about: 'charge' }>, at: Instant): PaymentCommand {
  switch (news.about) {
    case 'intent':
      return observeIntent(news.snapshot, at);
    case 'refund':
      return observeRefund(news.snapshot, at);
    case 'dispute':
      return observeDispute(news.snapshot, at);
  }
}

/** News of a charge can only add what is not known of it: its decline, its capture, its fee. */
function knowsCharge(state: PaymentState, chargeId: string): boolean {
  if (state.status === 'absent') return false;
  if (state.attempts.declinedCharges.includes(chargeId)) return true;
  if (state.status === 'captured') return state.chargeId === chargeId && state.fee !== null;
  return state.status === 'canceled';
}

function observeDispute(dispute: DisputeSnapshot, at: Instant): PaymentCommand {
  return { type: 'ObserveDispute', at, dispute };
}

function reasonOf(rejection: PaymentRejection): string {
  return rejection.code === 'provider_contradicts_history'
    ? `${rejection.code}: ${rejection.detail}`
    : rejection.code;
}
