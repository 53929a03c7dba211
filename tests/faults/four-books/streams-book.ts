/**
 * Book 2: the streams, folded a second time. Nothing of the product is used here, so that a mistake in its fold cannot
 * hide itself; this fold knows only what a fact says happened.
 */

export type RawEvent = {
  readonly position: bigint;
  readonly stream: string;
  readonly revision: bigint;
  readonly event_id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: { readonly reason?: string | null };
};

/** How a command that a stream names came out. */
export type CommandTrace = {
  readonly id: string;
  readonly kind: 'create' | 'confirm' | 'capture' | 'cancel' | 'refund';
  readonly payment: string;
  readonly amount: bigint | null;
  readonly currency: string;
  readonly refund: string | null;
  outcome: 'open' | 'done' | 'refused';
};

type FoldedRefund = {
  readonly id: string;
  readonly amount: bigint;
  providerRefund: string | null;
  status: 'requested' | 'pending' | 'succeeded' | 'failed' | 'canceled' | 'refused';
};

export type FoldedPayment = {
  readonly id: string;
  readonly amount: bigint;
  readonly currency: string;
  /** The command that created it. */
  readonly createdBy: string | null;
  revision: bigint;
  status: string;
  authorized: bigint;
  captured: bigint;
  refunded: bigint;
  fee: bigint | null;
  intent: string | null;
  attempts: number;
  readonly refunds: Map<string, FoldedRefund>;
};

export type Posting = {
  readonly account: string;
  readonly currency: string;
  readonly amount: bigint;
};

export type StreamsBook = {
  readonly payments: ReadonlyMap<string, FoldedPayment>;
  /** By command id; more than one trace under an id is an effect that happened twice. */
  readonly commands: ReadonlyMap<string, readonly CommandTrace[]>;
  /** What each fact that moves money means for the books, by event id. */
  readonly postings: ReadonlyMap<string, readonly Posting[]>;
  /** Histories that no sequence of true facts can have. */
  readonly broken: readonly string[];
};

/** Folds every event, in the order of positions. */
export function foldStreams(events: Iterable<RawEvent>): StreamsBook {
  const payments = new Map<string, FoldedPayment>();
  const commands = new Map<string, CommandTrace[]>();
  const postings = new Map<string, readonly Posting[]>();
  const broken: string[] = [];
  const open = new Map<string, CommandTrace>();
  for (const event of events) {
    if (!event.stream.startsWith('payment-')) continue;
    const id = event.stream.slice('payment-'.length);
    const payment = payments.get(id) ?? opened(id, event);
    payments.set(id, payment);
    const expected = event.type === 'PaymentCreated' ? 0n : payment.revision + 1n;
    if (event.revision !== expected) {
      broken.push(`${event.stream}: revision ${event.revision} where ${expected} was due`);
    }
    payment.revision = event.revision;
    const trace = traceOf(payment, event);
    if (trace !== undefined) {
      commands.set(trace.id, [...(commands.get(trace.id) ?? []), trace]);
      open.set(openKey(id, trace.kind, trace.refund), trace);
    }
    apply(payment, event, broken);
    for (const [key, outcome] of settled(id, event)) {
      const asked = open.get(key);
      if (asked !== undefined) asked.outcome = outcome;
      open.delete(key);
    }
    const lines = postingsOf(payment, event);
    if (lines.length > 0) postings.set(event.event_id, lines);
  }
  return { payments, commands, postings, broken };
}

function opened(id: string, { data, metadata }: RawEvent): FoldedPayment {
  const { minor, currency } = money(data['amount']) ?? { minor: 0n, currency: 'none' };
  return {
    id,
    amount: minor,
    currency,
    createdBy: metadata.reason ?? null,
    revision: -1n,
    status: 'absent',
    authorized: 0n,
    captured: 0n,
    refunded: 0n,
    fee: null,
    intent: null,
    attempts: 0,
    refunds: new Map(),
  };
}

const requests: Readonly<Record<string, CommandTrace['kind']>> = {
  PaymentCreated: 'create',
  PaymentConfirmRequested: 'confirm',
  PaymentCaptureRequested: 'capture',
  PaymentCancelRequested: 'cancel',
  RefundRequested: 'refund',
};

/** A creation that confirms at once is one command with two facts: the second is its own continuation. */
function traceOf(payment: FoldedPayment, event: RawEvent): CommandTrace | undefined {
  const { reason } = event.metadata;
  if (typeof reason !== 'string') return undefined;
  // A payment that no request was open for is canceled without asking the provider.
  const outright = event.type === 'PaymentCanceled' ? 'cancel' : undefined;
  const kind = requests[event.type] ?? outright;
  if (kind === undefined || (kind === 'confirm' && reason === payment.createdBy)) return undefined;
  const asked = money(event.data['amount']);
  return {
    id: reason,
    kind,
    payment: payment.id,
    amount: asked?.minor ?? null,
    currency: asked?.currency ?? payment.currency,
    refund: kind === 'refund' ? text(event.data['refundId']) : null,
    outcome: kind === 'create' ? 'done' : 'open',
  };
}

function openKey(payment: string, kind: string, refund: string | null): string {
  return `${payment}/${kind}/${refund ?? ''}`;
}

/** Which open commands a fact ends, and how. */
function settled(payment: string, { type, data }: RawEvent): [string, 'done' | 'refused'][] {
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

const statusAfter: Readonly<Record<string, string>> = {
  PaymentCreated: 'requires_payment_method',
  PaymentConfirmRequested: 'confirming',
  PaymentActionRequired: 'requires_action',
  PaymentProcessingStarted: 'processing',
  PaymentDeclined: 'requires_payment_method',
  PaymentAuthorized: 'authorized',
  PaymentCaptureRequested: 'capturing',
  PaymentCaptureRefused: 'authorized',
  PaymentCaptured: 'captured',
  PaymentCanceled: 'canceled',
  PaymentFailed: 'failed',
};

function apply(payment: FoldedPayment, event: RawEvent, broken: string[]): void {
  const { type, data } = event;
  const amount = money(data['amount']);
  if (amount !== undefined && amount.currency !== payment.currency) {
    broken.push(`${event.stream}@${event.revision}: ${amount.currency} in a payment of ${payment.currency}`);
  }
  if (typeof data['intentId'] === 'string') {
    if (payment.intent !== null && payment.intent !== data['intentId']) {
      broken.push(`${event.stream}@${event.revision}: a second intent ${data['intentId']}`);
    }
    payment.intent = data['intentId'];
  }
  payment.status = statusAfter[type] ?? payment.status;
  switch (type) {
    case 'PaymentConfirmRequested':
      payment.attempts += 1;
      break;
    case 'PaymentAuthorized':
      payment.authorized = amount?.minor ?? 0n;
      break;
    case 'PaymentCaptured':
      if (payment.captured !== 0n) broken.push(`${event.stream}@${event.revision}: captured twice`);
      payment.captured += amount?.minor ?? 0n;
      if (payment.captured > payment.authorized) {
        broken.push(`${event.stream}@${event.revision}: more captured than authorized`);
      }
      break;
    case 'PaymentCanceled':
      payment.authorized = 0n;
      break;
    case 'PaymentFeeRecorded':
      payment.fee = (payment.fee ?? 0n) + (money(data['fee'])?.minor ?? 0n);
      break;
    default:
      applyRefund(payment, event, broken);
  }
}

function applyRefund(payment: FoldedPayment, { type, data, stream }: RawEvent, broken: string[]): void {
  const id = text(data['refundId']);
  if (id === null) return;
  const amount = money(data['amount'])?.minor ?? 0n;
  const refund = payment.refunds.get(id) ?? {
    id,
    amount,
    providerRefund: null,
    status: 'requested' as const,
  };
  payment.refunds.set(id, refund);
  const moved = refund.status === 'pending' || refund.status === 'succeeded';
  switch (type) {
    case 'RefundInitiated':
    case 'RefundAdopted':
      if (moved) broken.push(`${stream}: refund ${id} left twice`);
      refund.providerRefund = text(data['providerRefundId']);
      refund.status = 'pending';
      payment.refunded += refund.amount;
      break;
    case 'RefundSucceeded':
      refund.status = 'succeeded';
      break;
    case 'RefundRefused':
      refund.status = 'refused';
      break;
    case 'RefundFailed':
    case 'RefundCanceled':
      if (moved) payment.refunded -= refund.amount;
      refund.status = type === 'RefundFailed' ? 'failed' : 'canceled';
      break;
  }
  if (payment.refunded > payment.captured) broken.push(`${stream}: more refunded than captured`);
}

/** Debits are positive. Cash is `processor_balance`; what customers paid in is `unapplied_payments`. */
function postingsOf({ currency }: FoldedPayment, { type, data }: RawEvent): readonly Posting[] {
  const amount = money(data['amount'])?.minor ?? 0n;
  const fee = money(data['fee']);
  const between = (debit: string, credit: string, moved: bigint, of: string): readonly Posting[] =>
    moved === 0n
      ? []
      : [
          { account: debit, currency: of, amount: moved },
          { account: credit, currency: of, amount: -moved },
        ];
  switch (type) {
    case 'PaymentCaptured':
    case 'RefundFailed':
    case 'RefundCanceled':
      return between('processor_balance', 'unapplied_payments', amount, currency);
    case 'RefundInitiated':
    case 'RefundAdopted':
      return between('unapplied_payments', 'processor_balance', amount, currency);
    case 'PaymentFeeRecorded':
      return between('processor_fees', 'processor_balance', fee?.minor ?? 0n, fee?.currency ?? currency);
    default:
      return [];
  }
}

function money(value: unknown): { readonly minor: bigint; readonly currency: string } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { amount, currency } = value as { amount?: unknown; currency?: unknown };
  if (typeof amount !== 'string' || typeof currency !== 'string') return undefined;
  return { minor: BigInt(amount), currency };
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
