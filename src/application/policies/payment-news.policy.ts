import type { PaymentEvent } from '../../domain/payment/events.js';
import type { CollectionHandler, CollectionRunner } from '../collection/collection-runner.js';
import { paymentCodec } from '../payment/payment.codec.js';
import type { PaymentHandler } from '../payment/payment-effects.js';
import type { Clock } from '../ports/clock.js';
import type { EventStore, RecordedEvent } from '../ports/event-store.js';
import type { Policy } from '../shared/policy.js';
import { becauseOf, createPolicy } from '../shared/policy.js';
import { later } from '../webhook/retry-schedule.js';
import { legPaymentOf } from './leg-payments.js';

const name = 'payment_news';

/** News of a payment that is a leg takes its collection on. */
export function createPaymentNews(parts: {
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly payments: Pick<PaymentHandler, 'load'>;
  readonly collections: Pick<CollectionHandler, 'load'>;
  readonly runner: CollectionRunner;
  readonly clock: Clock;
  /** How long a request that collects has its collection to itself. */
  readonly graceMs: number;
}): Policy {
  const { eventStore, payments, collections, runner, clock, graceMs } = parts;

  /** What a policy or the agenda asks of the provider, nobody waits for. */
  async function isAwaited({ stream }: RecordedEvent): Promise<boolean> {
    const facts = await eventStore.readStream(stream);
    const request = facts.findLast(({ type }) => type.endsWith('Requested'));
    return request?.metadata.actor.kind !== 'system';
  }

  async function goOn(_event: PaymentEvent, recorded: RecordedEvent): Promise<void> {
    const found = await legPaymentOf(payments, recorded);
    if (found === undefined) return;
    const { collectionId } = found;
    const { state: known } = await collections.load(collectionId);
    if (known.status === 'absent') return;
    const isOver = known.status === 'succeeded' || known.status === 'failed';
    // Somebody who wants to pay is at it just now; should that one have died, the agenda takes it up. A plan's parts are collected
    // by nobody but the policies.
    const attended = !isOver && known.details.planPart === null;
    const isRecent = later(known.changedAt, graceMs) > clock.now();
    if (attended && isRecent && (await isAwaited(recorded))) return;
    const { state } = await runner.advance(collectionId, becauseOf(recorded, name));
    if (state.status === 'failed') await runner.giveBack(collectionId, becauseOf(recorded, name, 'stray'));
  }

  return createPolicy<PaymentEvent>({
    name,
    category: 'payment',
    codec: paymentCodec,
    reactions: {
      PaymentAuthorized: goOn,
      PaymentCaptured: goOn,
      PaymentDeclined: goOn,
      PaymentFailed: goOn,
      PaymentCanceled: goOn,
      PaymentCaptureRefused: goOn,
      PaymentActionRequired: goOn,
      RefundInitiated: goOn,
      RefundAdopted: goOn,
      // What it was refused for may be known by now, and leave less to ask for.
      RefundRefused: goOn,
      // What the provider refused while it was open may be given back now, or the customer has it from the bank.
      DisputeClosed: goOn,
      DisputeFundsWithdrawn: goOn,
    },
  });
}
