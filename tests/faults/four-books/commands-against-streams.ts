import type { HistoryEntry, Shown } from './client-history.js';
import type { CommandTrace } from './command-traces.js';
import type { Discrepancy, FourBooks } from './discrepancy.js';
import { found } from './discrepancy.js';
import type { ProviderBook } from './provider-book.js';
import type { StreamsBook } from './streams-book.js';

/** Book 1 against 2 and 4: what clients were told, and what became of it. */
export function* commandsAgainstStreams({ history, streams, provider }: FourBooks): Generator<Discrepancy> {
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
  if (shown.subject !== trace.subject) return `shown as ${shown.subject}, recorded in ${trace.subject}`;
  const isOther = shown.currency !== trace.currency || command.currency !== trace.currency;
  if (isOther && trace.currency !== null) {
    return `${command.currency} was asked for, ${shown.currency} shown, ${trace.currency} recorded`;
  }
  if (command.amount !== null && command.amount !== trace.amount) {
    return `${command.amount} was asked for and ${trace.amount} recorded`;
  }
  if (outcome.kind === 'ok' && !outcome.settled) return undefined;
  if (trace.outcome !== 'done') return `acknowledged as done, and ${trace.outcome} in its stream`;
  if (shown.captured !== null && trace.kind === 'pay') {
    return trace.settled === shown.captured
      ? undefined
      : `${shown.captured} shown as settled, ${trace.settled} recorded`;
  }
  const payment = payments.get(trace.subject);
  const there = provider.payments.get(trace.subject);
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
  const atProvider = there.get(trace.subject);
  switch (trace.kind) {
    case 'refund':
      return [...(atProvider?.refunds.values() ?? [])].some(({ refund }) => refund === trace.refund);
    case 'create': {
      // A declined creation may be confirmed again later, by a command of its own.
      const attempts = payments.get(trace.subject)?.attempts ?? 0;
      return attempts <= 1 && (atProvider?.authorizations ?? 0) > 0;
    }
    case 'confirm':
    case 'capture':
    case 'cancel':
    case 'register':
    case 'grant':
    case 'order':
    case 'order_step':
    case 'draft':
    case 'finalize':
    case 'pay':
    case 'cheque':
    case 'give_back':
    case 'plan':
      return trace.outcome === 'done';
  }
}
