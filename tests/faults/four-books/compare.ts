import type { ClientHistory, HistoryEntry, Shown } from './client-history.js';
import type { DatabaseBook } from './database-book.js';
import type { ProviderBook, ProviderPayment } from './provider-book.js';
import type { CommandTrace, FoldedPayment, Posting, StreamsBook } from './streams-book.js';

export type FourBooks = {
  readonly history: Pick<ClientHistory, 'entries' | 'complaints'>;
  readonly streams: StreamsBook;
  readonly database: DatabaseBook;
  readonly provider: ProviderBook;
};

type Rule =
  /** Acknowledged, and not there or not as it was acknowledged. */
  | 'lost_acknowledgement'
  /** One command, more than one effect. */
  | 'doubled_effect'
  /** Answered with a definite no, and carried out all the same. */
  | 'phantom_failure'
  /** In the streams, and no client asked for it. */
  | 'unknown_command'
  | 'broken_stream'
  /** The streams and the provider tell different stories. */
  | 'provider_differs'
  | 'read_model_differs'
  | 'ledger_differs'
  | 'cash_differs'
  /** Not at rest. */
  | 'in_doubt'
  /** An answer that says less or other than the API promises. */
  | 'bad_answer';

export type Discrepancy = { readonly rule: Rule; readonly subject: string; readonly detail: string };

/** Compares the books, which must be at rest: every difference, by the rule that it breaks. */
export function compareBooks(books: FourBooks): readonly Discrepancy[] {
  return [
    ...books.history.complaints.map((detail) => found('bad_answer', 'client', detail)),
    ...books.streams.broken.map((detail) => found('broken_stream', 'streams', detail)),
    ...books.database.waiting.map((detail) => found('in_doubt', 'database', detail)),
    ...commandsAgainstStreams(books),
    ...streamsAgainstProvider(books),
    ...streamsAgainstReadModels(books),
    ...ledger(books),
    ...cash(books),
  ];
}

function found(rule: Rule, subject: string, detail: string): Discrepancy {
  return { rule, subject, detail };
}

function* commandsAgainstStreams({ history, streams, provider }: FourBooks): Generator<Discrepancy> {
  for (const [id, traces] of streams.commands) {
    if (!history.entries.has(id))
      yield found('unknown_command', id, 'stands in a stream, asked for by nobody');
    if (traces.length > 1) yield found('doubled_effect', id, `stands ${traces.length} times in the streams`);
  }
  for (const [id, entry] of history.entries) {
    const trace = streams.commands.get(id)?.[0];
    if (entry.outcome.kind === 'ok') {
      const lost = missingOf(entry, entry.outcome.shown, trace, streams.payments, provider);
      if (lost !== undefined) yield found('lost_acknowledgement', id, lost);
    } else if (entry.outcome.kind === 'fail' && trace !== undefined && carriedOut(trace, streams, provider)) {
      yield found('phantom_failure', id, `answered ${entry.outcome.code}, and was carried out`);
    }
  }
}

/** What is missing of something that was acknowledged; undefined when all of it is there. */
function missingOf(
  { command, outcome }: HistoryEntry,
  shown: Shown,
  trace: CommandTrace | undefined,
  payments: StreamsBook['payments'],
  provider: ProviderBook,
): string | undefined {
  if (trace === undefined) return `${command.kind} is in no stream`;
  const payment = payments.get(trace.payment);
  if (shown.payment !== trace.payment) return `shown as ${shown.payment}, recorded in ${trace.payment}`;
  if (shown.currency !== trace.currency || command.currency !== trace.currency) {
    return `${command.currency} was asked for, ${shown.currency} shown, ${trace.currency} recorded`;
  }
  if (command.amount !== null && command.amount !== trace.amount) {
    return `${command.amount} was asked for and ${trace.amount} recorded`;
  }
  if (outcome.kind === 'ok' && !outcome.settled) return undefined;
  if (trace.outcome !== 'done') return `acknowledged as done, and ${trace.outcome} in its stream`;
  const there = provider.payments.get(trace.payment);
  if (trace.kind === 'refund') {
    const times = [...(there?.refunds.values() ?? [])].filter(({ refund }) => refund === trace.refund).length;
    return times === 0 ? 'the provider made no such refund' : undefined;
  }
  if (shown.captured === null || shown.captured === 0n) return undefined;
  if (payment?.captured !== shown.captured) return `${shown.captured} shown, ${payment?.captured} recorded`;
  return there?.captured === shown.captured
    ? undefined
    : `${shown.captured} shown as captured, ${there?.captured ?? 0n} taken by the provider`;
}

/** Whether money moved, or a hold was made or let go, on behalf of a command that was refused. */
function carriedOut(
  trace: CommandTrace,
  { payments }: StreamsBook,
  { payments: there }: ProviderBook,
): boolean {
  const atProvider = there.get(trace.payment);
  switch (trace.kind) {
    case 'refund':
      return [...(atProvider?.refunds.values() ?? [])].some(({ refund }) => refund === trace.refund);
    case 'create': {
      // A declined creation may be confirmed again later, by a command of its own.
      const attempts = payments.get(trace.payment)?.attempts ?? 0;
      return attempts <= 1 && (atProvider?.authorizations ?? 0) > 0;
    }
    case 'confirm':
    case 'capture':
    case 'cancel':
      return trace.outcome === 'done';
  }
}

function* streamsAgainstProvider({ streams, provider }: FourBooks): Generator<Discrepancy> {
  for (const [id, there] of provider.payments) {
    const payment = streams.payments.get(id);
    if (payment === undefined) {
      yield found('provider_differs', id, 'the provider has a payment that no stream tells of');
    } else {
      yield* paymentAgainstProvider(payment, there);
    }
  }
  for (const [id, payment] of streams.payments) {
    const quiet = payment.captured === 0n && payment.refunds.size === 0;
    if (!quiet && !provider.payments.has(id)) {
      yield found('provider_differs', id, `${payment.captured} captured that the provider knows nothing of`);
    }
  }
}

function* paymentAgainstProvider(payment: FoldedPayment, there: ProviderPayment): Generator<Discrepancy> {
  const { id } = payment;
  if (there.intents.size > 1) {
    yield found('doubled_effect', id, `the provider has ${there.intents.size} payments for it`);
  }
  if (there.captures > 1) yield found('doubled_effect', id, `captured ${there.captures} times`);
  const tries = there.authorizations + there.declines;
  if (tries > payment.attempts) {
    yield found('doubled_effect', id, `${tries} tries at the provider for ${payment.attempts} attempts`);
  }
  if (there.currency !== payment.currency) {
    yield found('provider_differs', id, `${payment.currency} here, ${there.currency} at the provider`);
  }
  if (there.captured !== payment.captured) {
    yield found('provider_differs', id, `${payment.captured} captured here, ${there.captured} taken there`);
  }
  const known = new Map([...payment.refunds.values()].map((refund) => [refund.providerRefund, refund]));
  const ours = new Set<string>();
  for (const refund of there.refunds.values()) {
    const here = known.get(refund.id);
    if (refund.refund !== null && ours.has(refund.refund)) {
      yield found('doubled_effect', id, `refund ${refund.refund} was made twice`);
    } else if (here === undefined) {
      yield found('provider_differs', id, `refund ${refund.id} of ${refund.amount} is unknown here`);
    } else if (
      here.amount !== refund.amount ||
      (here.status === 'failed' || here.status === 'canceled') !== refund.returned
    ) {
      const returned = refund.returned ? ' and returned' : '';
      yield found(
        'provider_differs',
        id,
        `refund ${here.id}: ${here.amount} ${here.status} here, ${refund.amount}${returned} there`,
      );
    }
    if (refund.refund !== null) ours.add(refund.refund);
  }
  for (const [providerRefund, refund] of known) {
    if (providerRefund !== null && !there.refunds.has(providerRefund)) {
      yield found('provider_differs', id, `refund ${refund.id} was never made`);
    }
  }
}

function* streamsAgainstReadModels({ streams, database }: FourBooks): Generator<Discrepancy> {
  for (const id of new Set([...streams.payments.keys(), ...database.payments.keys()])) {
    const expected = paymentLine(streams.payments.get(id));
    const row = database.payments.get(id);
    // While a cancellation is asked for, the step underneath stays; both are open then, which `waiting` tells.
    const actual =
      row &&
      `${row.step} ${row.amount} ${row.currency} authorized ${row.amount_authorized} captured ${row.amount_captured} refunded ${row.amount_refunded} fee ${row.fee} ${row.payment_intent} @${row.revision}`;
    if (expected !== actual) yield found('read_model_differs', id, `${actual} instead of ${expected}`);
  }
  const refunds = new Map<string, string>();
  for (const payment of streams.payments.values()) {
    for (const refund of payment.refunds.values()) {
      const status = shownRefundStatus[refund.status] ?? refund.status;
      refunds.set(
        refund.id,
        `${payment.id} ${status} ${refund.amount} ${payment.currency} ${refund.providerRefund}`,
      );
    }
  }
  for (const id of new Set([...refunds.keys(), ...database.refunds.keys()])) {
    const row = database.refunds.get(id);
    const actual = row && `${row.payment} ${row.status} ${row.amount} ${row.currency} ${row.provider_refund}`;
    const expected = refunds.get(id);
    if (expected !== actual) yield found('read_model_differs', id, `${actual} instead of ${expected}`);
  }
}

const shownRefundStatus: Readonly<Record<string, string>> = { requested: 'pending', refused: 'failed' };

function paymentLine(payment: FoldedPayment | undefined): string | undefined {
  if (payment === undefined) return undefined;
  const { status, amount, currency, authorized, captured, refunded, fee, intent, revision } = payment;
  return `${status} ${amount} ${currency} authorized ${authorized} captured ${captured} refunded ${refunded} fee ${fee} ${intent} @${revision}`;
}

function* ledger({ streams, database }: FourBooks): Generator<Discrepancy> {
  for (const id of new Set([...streams.postings.keys(), ...database.postings.keys()])) {
    const expected = lines(streams.postings.get(id));
    const actual = lines(database.postings.get(id));
    if (expected !== actual) yield found('ledger_differs', id, `${actual} instead of ${expected}`);
  }
}

function lines(postings: readonly Posting[] = []): string {
  const texts = postings.map(({ account, amount, currency }) => `${account} ${amount} ${currency}`);
  return texts.length === 0 ? 'nothing' : texts.sort().join(', ');
}

/** The provider's sums and the ledger's cash accounts, to the minor unit. */
function* cash({ database, provider }: FourBooks): Generator<Discrepancy> {
  const accounts = new Map<string, bigint>();
  for (const { account, currency, amount } of [...database.postings.values()].flat()) {
    const key = `${account} ${currency}`;
    accounts.set(key, (accounts.get(key) ?? 0n) + amount);
  }
  const currencies = new Set([...accounts.keys()].map((key) => key.slice(key.indexOf(' ') + 1)));
  for (const currency of new Set([...currencies, ...provider.cash.keys()])) {
    const { net, fees, gross } = provider.cash.get(currency) ?? { net: 0n, fees: 0n, gross: 0n };
    const expected = { processor_balance: net, processor_fees: fees, unapplied_payments: -gross };
    for (const [account, sum] of Object.entries(expected)) {
      const booked = accounts.get(`${account} ${currency}`) ?? 0n;
      if (booked !== sum) {
        yield found('cash_differs', `${account} ${currency}`, `${booked} booked, ${sum} by the provider`);
      }
    }
  }
}
