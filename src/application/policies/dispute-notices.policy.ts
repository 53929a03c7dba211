import type { DisputeOutcome, PaymentEvent } from '../../domain/payment/events.js';
import type { Dispute } from '../../domain/payment/state.js';
import { parsePaymentId } from '../../domain/shared/ids.js';
import type { NoticeFact, NoticeKind } from '../notification/notice-kinds.js';
import { stateOf } from '../notification/tell-of-digests.js';
import { paymentCodec } from '../payment/payment.codec.js';
import type { PaymentHandler } from '../payment/payment-effects.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { Notifications } from '../ports/notifications.js';
import type { Policy } from '../shared/policy.js';
import { createPolicy } from '../shared/policy.js';
import { idOfStream } from './policy-steps.js';
import { moneyFact, textFact } from './tell-customers.js';

const kindOfEnd: Readonly<Record<DisputeOutcome, NoticeKind>> = {
  won: 'dispute_won',
  lost: 'dispute_lost',
  inquiry_closed: 'dispute_ended',
  prevented: 'dispute_ended',
};

/** Tells operators of disputes, each step once: whoever lets the day for evidence pass has lost. */
export function createDisputeNotices(parts: {
  readonly payments: Pick<PaymentHandler, 'load'>;
  readonly notifications: Pick<Notifications, 'queue'>;
  /** Mail addresses. */
  readonly recipients: readonly string[];
}): Policy {
  const { payments, notifications, recipients } = parts;

  async function tell(kind: NoticeKind, providerDisputeId: string, recorded: RecordedEvent): Promise<void> {
    const paymentId = idOfStream(recorded.stream, parsePaymentId);
    const { state } = await payments.load(paymentId);
    const dispute =
      state.status === 'captured'
        ? state.disputes.find((each) => each.providerDisputeId === providerDisputeId)
        : undefined;
    if (dispute === undefined) throw new Error(`${recorded.stream} has no dispute ${providerDisputeId}`);
    for (const recipient of recipients) {
      await notifications.queue({
        kind,
        subject: `${paymentId}/${providerDisputeId}`,
        state: stateOf(recipient),
        customer: null,
        facts: {
          payment: textFact(paymentId),
          dispute: textFact(providerDisputeId),
          amount: moneyFact(dispute.amount),
          dispute_reason: textFact(dispute.disputeReason.replaceAll('_', ' ')),
          evidence_due: dueFact(dispute),
        },
        eventId: recorded.id,
      });
    }
  }

  return createPolicy<PaymentEvent>({
    name: 'dispute_notices',
    category: 'payment',
    codec: paymentCodec,
    reactions: {
      DisputeOpened: ({ stage, providerDisputeId }, recorded) =>
        tell(stage === 'inquiry' ? 'dispute_inquiry' : 'dispute_opened', providerDisputeId, recorded),
      DisputeEscalated: ({ providerDisputeId }, recorded) =>
        tell('dispute_opened', providerDisputeId, recorded),
      DisputeClosed: ({ outcome, providerDisputeId }, recorded) =>
        tell(kindOfEnd[outcome], providerDisputeId, recorded),
    },
  });
}

function dueFact({ evidenceDueBy }: Dispute): NoticeFact {
  return evidenceDueBy === null ? textFact('–') : { instant: evidenceDueBy };
}
