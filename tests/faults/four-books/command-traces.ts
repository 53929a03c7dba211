import type { CommandKind } from './client-history.js';
import type { RawEvent } from './raw-event.js';
import { money, text } from './raw-event.js';

/** How a command that a stream names came out. */
export type CommandTrace = {
  readonly id: string;
  readonly kind: CommandKind;
  /** The payment, or the object of what is sold. */
  readonly subject: string;
  readonly amount: bigint | null;
  /** Null where the fact is of no currency. */
  readonly currency: string | null;
  readonly refund: string | null;
  outcome: 'open' | 'done' | 'refused';
  /** What a collection brought, once it has succeeded. */
  settled: bigint | null;
};

const requests: Readonly<Record<string, CommandTrace['kind']>> = {
  PaymentCreated: 'create',
  PaymentConfirmRequested: 'confirm',
  PaymentCaptureRequested: 'capture',
  PaymentCancelRequested: 'cancel',
  RefundRequested: 'refund',
};

/**
 * A creation that confirms at once is one command with two facts: the second is its own continuation. What is asked of a leg
 * of a collection is asked by the collection, whose own stream names the command.
 */
export function traceOf(
  payment: {
    readonly id: string;
    readonly currency: string;
    readonly createdBy: string | null;
    readonly isLeg: boolean;
  },
  event: RawEvent,
): CommandTrace | undefined {
  const { reason } = event.metadata;
  if (payment.isLeg || typeof reason !== 'string') return undefined;
  // A payment that no request was open for is canceled without asking the provider.
  const outright = event.type === 'PaymentCanceled' ? 'cancel' : undefined;
  const kind = requests[event.type] ?? outright;
  if (kind === undefined || (kind === 'confirm' && reason === payment.createdBy)) return undefined;
  const asked = money(event.data['amount']);
  return {
    id: reason,
    kind,
    subject: payment.id,
    amount: asked?.minor ?? null,
    currency: asked?.currency ?? payment.currency,
    refund: kind === 'refund' ? text(event.data['refundId']) : null,
    outcome: kind === 'create' ? 'done' : 'open',
    settled: null,
  };
}

export function openKey(payment: string, kind: string, refund: string | null): string {
  return `${payment}/${kind}/${refund ?? ''}`;
}

/** Which open commands a fact ends, and how. */
export function settled(payment: string, { type, data }: RawEvent): [string, 'done' | 'refused'][] {
  const key = (kind: string, refund: string | null = null): string => openKey(payment, kind, refund);
  const refund = text(data['refundId']);
  switch (type) {
    case 'PaymentAuthorized':
    case 'PaymentActionRequired':
    case 'PaymentProcessingStarted':
      return [[key('confirm'), 'done']];
    case 'PaymentDeclined':
    case 'PaymentFailed':
      return [[key('confirm'), 'refused']];
    case 'PaymentCaptured':
      return [
        [key('confirm'), 'done'],
        [key('capture'), 'done'],
        [key('cancel'), 'refused'],
      ];
    case 'PaymentCaptureRefused':
      return [[key('capture'), 'refused']];
    case 'PaymentCancelRefused':
      return [[key('cancel'), 'refused']];
    case 'PaymentCanceled':
      return [
        [key('cancel'), 'done'],
        [key('capture'), 'refused'],
        [key('confirm'), 'refused'],
      ];
    case 'RefundInitiated':
      return [[key('refund', refund), 'done']];
    case 'RefundRefused':
      return [[key('refund', refund), 'refused']];
    default:
      return [];
  }
}
