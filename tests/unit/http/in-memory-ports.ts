import { randomBytes } from 'node:crypto';
import { v4, v7 } from 'uuid';
import type { ApiKey, ApiKeyRow, ApiKeys, Scope } from '../../../src/application/ports/api-keys.js';
import type { TestClock } from '../../../src/application/ports/clock.js';
import type { EventStore, RecordedEvent } from '../../../src/application/ports/event-store.js';
import type {
  Claim,
  IdempotencyRecords,
  RequestIdentity,
  SavedAnswer,
} from '../../../src/application/ports/idempotency-records.js';
import type {
  ByHand,
  InboundWebhook,
  InboundWebhooks,
  WebhookAct,
} from '../../../src/application/ports/inbound-webhooks.js';
import type { Jobs } from '../../../src/application/ports/jobs.js';
import type { Logger } from '../../../src/application/ports/logger.js';
import type { PaymentGateway, ProviderAnswer } from '../../../src/application/ports/payment-gateway.js';
import type {
  EventQueries,
  Projections,
  RefundQueries,
  ReplayReport,
} from '../../../src/application/ports/read-models.js';
import { UnknownCursor } from '../../../src/application/ports/read-models.js';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import type { Payer } from '../../../src/domain/payment/events.js';
import type { IntentSnapshot, RefundSnapshot } from '../../../src/domain/payment/intent.js';
import type { Currency } from '../../../src/domain/shared/currency.js';
import { exponentOf } from '../../../src/domain/shared/currency.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import type { Money } from '../../../src/domain/shared/money.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { at } from '../../support/payment-examples.js';

/** Small real implementations of the ports that the HTTP layer stands on. */

export class InMemoryApiKeys implements ApiKeys {
  /** By secret. */
  readonly keys = new Map<string, ApiKey>();

  async authenticate(secret: string): Promise<ApiKey | undefined> {
    return this.keys.get(secret);
  }

  async bootstrap(): Promise<void> {}

  async create(key: Omit<ApiKey, 'revokedAt'>) {
    const known = await this.find(key.id);
    if (known !== undefined) return { row: known, secret: null };
    const secret = `sk_test_${randomBytes(32).toString('hex')}`;
    this.keys.set(secret, { ...key, revokedAt: null });
    return { row: rowOf(secret, { ...key, revokedAt: null }), secret };
  }

  async find(id: string): Promise<ApiKeyRow | undefined> {
    const found = [...this.keys].find(([, key]) => key.id === id);
    return found === undefined ? undefined : rowOf(...found);
  }

  async list() {
    return { rows: [...this.keys].map(([secret, key]) => rowOf(secret, key)), hasMore: false };
  }

  async revoke(id: string): Promise<ApiKeyRow | undefined> {
    for (const [secret, key] of this.keys)
      if (key.id === id) this.keys.set(secret, { ...key, revokedAt: at });
    return this.find(id);
  }

  async rotate(id: string, newId: string) {
    const old = [...this.keys.values()].find((key) => key.id === id);
    return old === undefined ? undefined : this.create({ ...old, id: newId });
  }

  async revokeBeyond(holder: string, allowed: readonly Scope[]): Promise<void> {
    for (const key of [...this.keys.values()]) {
      const beyond = key.scopes.some((scope) => !allowed.includes(scope));
      if (key.holder === holder && beyond) await this.revoke(key.id);
    }
  }
}

function rowOf(secret: string, { revokedAt, apiVersion, ...key }: ApiKey): ApiKeyRow {
  return {
    ...key,
    prefix: secret.slice(0, 16),
    api_version: apiVersion,
    created_at: at,
    expires_at: null,
    revoked_at: revokedAt,
    last_used_at: null,
  };
}

type Kept = { fingerprint: string; commandId: string; claim: string; until: number; answer?: SavedAnswer };

export class InMemoryIdempotencyRecords implements IdempotencyRecords {
  readonly kept = new Map<string, Kept>();

  async claim(request: RequestIdentity, leaseMs: number): Promise<Claim> {
    const name = nameOf(request);
    const known = this.kept.get(name);
    const until = Date.now() + leaseMs;
    if (known === undefined) {
      const commandId = v7();
      const token = v4();
      this.kept.set(name, { fingerprint: request.fingerprint, commandId, claim: token, until });
      return { outcome: 'execute', commandId, token };
    }
    if (known.fingerprint !== request.fingerprint) return { outcome: 'reused' };
    if (known.answer !== undefined) return { outcome: 'replay', answer: known.answer };
    if (known.until > Date.now()) return { outcome: 'in_progress', retryAfterMs: known.until - Date.now() };
    known.until = until;
    known.claim = v4();
    return { outcome: 'execute', commandId: known.commandId, token: known.claim };
  }

  async complete(request: RequestIdentity, token: string, answer: SavedAnswer): Promise<void> {
    const known = this.kept.get(nameOf(request));
    if (known?.claim === token) known.answer ??= { ...answer };
  }

  async abandon(request: RequestIdentity, token: string): Promise<void> {
    const known = this.kept.get(nameOf(request));
    if (known?.claim === token && known.answer === undefined) known.until = 0;
  }

  /** As if each process had died before its answer was kept, some time ago. */
  loseAnswers(): void {
    for (const known of this.kept.values()) {
      delete known.answer;
      known.until = 0;
    }
  }
}

function nameOf({ caller, method, path, key }: RequestIdentity): string {
  return JSON.stringify([caller, method, path, key]);
}

/** A provider that answers by the payment method's name, and counts what it was asked. */
export class PretendGateway implements PaymentGateway {
  readonly calls: string[] = [];
  /** Who each attempt was made for. */
  readonly payers: (Payer | null)[] = [];
  /** Set to make every call end like this. */
  outage: 'unknown' | 'refused' | undefined;
  /** Payment methods whose cards have expired. */
  readonly expired = new Set<string>();
  /** What becomes of a refund at first. */
  refundStatus: RefundSnapshot['status'] = 'succeeded';
  readonly #intents = new Map<string, IntentSnapshot>();
  readonly #refunds = new Map<string, RefundSnapshot>();

  async confirm(
    ...[request, key]: Parameters<PaymentGateway['confirm']>
  ): Promise<ProviderAnswer<IntentSnapshot>> {
    this.calls.push(`confirm ${key}`);
    const intentId = request.intentId ?? `pi_${request.paymentId.slice(4)}`;
    const status = request.captureMethod === 'manual' ? 'requires_capture' : 'succeeded';
    const base: IntentSnapshot = {
      intentId,
      status,
      amount: request.amount,
      received: status === 'succeeded' ? request.amount : { ...request.amount, minor: 0n },
      chargeId: `ch_${key}`,
      balance: null,
      decline: null,
    };
    this.payers.push(request.payer);
    if (request.amount.minor % this.stepOf(request.amount.currency) !== 0n) {
      return { outcome: 'refused', refusal: imprecise, final: true };
    }
    if (this.expired.has(request.paymentMethod)) return this.#answer(declineOf(base, 'expired_card'));
    const away = request.payer?.offSession === true;
    const asks = away && request.paymentMethod === 'pm_3ds';
    return this.#answer(
      asks ? declineOf(base, 'authentication_required') : outcomeOf(request.paymentMethod, base),
    );
  }

  async capture(
    ...[{ intentId, amount }, key]: Parameters<PaymentGateway['capture']>
  ): Promise<ProviderAnswer<IntentSnapshot>> {
    this.calls.push(`capture ${key}`);
    return this.#change(intentId, { status: 'succeeded', received: amount });
  }

  async cancel(
    ...[{ intentId }, key]: Parameters<PaymentGateway['cancel']>
  ): Promise<ProviderAnswer<IntentSnapshot>> {
    this.calls.push(`cancel ${key}`);
    return this.#change(intentId, { status: 'canceled' });
  }

  async refund(
    ...[request, key]: Parameters<PaymentGateway['refund']>
  ): ReturnType<PaymentGateway['refund']> {
    this.calls.push(`refund ${key}`);
    const { refundId, intentId, amount } = request;
    return this.#answerRefund({
      providerRefundId: `re_at_provider_${refundId}`,
      refundId,
      intentId,
      amount,
      status: this.refundStatus,
      failureReason: null,
    });
  }

  async cancelRefund(
    ...[{ providerRefundId }, key]: Parameters<PaymentGateway['cancelRefund']>
  ): ReturnType<PaymentGateway['cancelRefund']> {
    this.calls.push(`cancel refund ${key}`);
    const refund = this.#refunds.get(providerRefundId);
    if (refund === undefined) return { outcome: 'unknown', reason: 'lost', retryAfterMs: null };
    const open = refund.status === 'pending' || refund.status === 'requires_action';
    return this.#answerRefund(open ? { ...refund, status: 'canceled' } : refund);
  }

  /** What becomes of every refund at the provider, without our hearing of it. */
  endRefunds(status: RefundSnapshot['status']): void {
    for (const [id, refund] of this.#refunds) this.#refunds.set(id, { ...refund, status });
  }

  #answerRefund(value: RefundSnapshot): ProviderAnswer<RefundSnapshot> {
    const answer = this.#orOutage({ outcome: 'answered', value });
    if (answer.outcome === 'answered') this.#refunds.set(value.providerRefundId, value);
    return answer;
  }

  async fetchIntent(intentId: string): Promise<ProviderAnswer<IntentSnapshot>> {
    return this.#change(intentId, {});
  }

  async fetchRefund(): ReturnType<PaymentGateway['fetchRefund']> {
    return { outcome: 'unknown', reason: 'not_kept', retryAfterMs: null };
  }

  async fetchDispute(): ReturnType<PaymentGateway['fetchDispute']> {
    return { outcome: 'unknown', reason: 'not_kept', retryAfterMs: null };
  }

  async listRefunds(): ReturnType<PaymentGateway['listRefunds']> {
    return { outcome: 'unknown', reason: 'not_kept', retryAfterMs: null };
  }

  async fetchAction(intentId: string) {
    return { clientSecret: `${intentId}_secret_1`, redirectUrl: 'https://bank.example/3ds' };
  }

  refuseAmount({ minor, currency }: Money) {
    if (minor % this.stepOf(currency) !== 0n) {
      return imprecise;
    }
    return currency === 'USD' && minor < 50n
      ? { code: 'amount_too_small', message: 'The amount is below the minimum of 0.50 USD.' }
      : null;
  }

  stepOf(currency: Currency): bigint {
    return exponentOf(currency) === 3 ? 10n : 1n;
  }

  #change(intentId: string, change: Partial<IntentSnapshot>): ProviderAnswer<IntentSnapshot> {
    const intent = this.#intents.get(intentId);
    if (intent === undefined) return { outcome: 'unknown', reason: 'lost', retryAfterMs: null };
    return this.#answer({ ...intent, ...change });
  }

  #answer(value: IntentSnapshot): ProviderAnswer<IntentSnapshot> {
    const answer = this.#orOutage({ outcome: 'answered', value });
    if (answer.outcome === 'answered') this.#intents.set(value.intentId, value);
    return answer;
  }

  #orOutage<T>(answer: ProviderAnswer<T>): ProviderAnswer<T> {
    if (this.outage === 'unknown') return { outcome: 'unknown', reason: 'timeout', retryAfterMs: null };
    if (this.outage === 'refused') {
      return { outcome: 'refused', refusal: { code: 'charge_disputed', message: 'No.' }, final: false };
    }
    return answer;
  }
}

const imprecise = { code: 'amount_precision_not_supported', message: 'The last digit must be 0.' };

function declineOf(intent: IntentSnapshot, declineCode: string): IntentSnapshot {
  const code = declineCode === 'insufficient_funds' ? 'card_declined' : declineCode;
  const message = `The card has ${declineCode.replaceAll('_', ' ')}.`;
  return {
    ...intent,
    status: 'requires_payment_method',
    received: { ...intent.amount, minor: 0n },
    decline: { code, declineCode, message, chargeId: intent.chargeId },
  };
}

function outcomeOf(method: string, intent: IntentSnapshot): IntentSnapshot {
  const nothing = { ...intent.amount, minor: 0n };
  if (method === 'pm_declined') return declineOf(intent, 'insufficient_funds');
  if (method === 'pm_3ds') return { ...intent, status: 'requires_action', received: nothing };
  return intent;
}

/** Read models that are read from the log when they are asked: never behind. */
export class LogReadModels implements RefundQueries, EventQueries {
  constructor(private readonly store: EventStore) {}

  async list() {
    return { rows: [], hasMore: false };
  }

  async findPayment(refundId: string): Promise<string | undefined> {
    const events = await this.store.readAll(0n, 1000);
    const requested = events.find(
      ({ type, data }) =>
        (type === 'RefundRequested' || type === 'RefundApprovalRequested') && data['refundId'] === refundId,
    );
    return requested?.stream.slice('payment-'.length);
  }

  async explore(
    { type, actor, from, before, below }: Parameters<EventQueries['explore']>[0],
    limit: number,
  ): ReturnType<EventQueries['explore']> {
    const found = (await this.store.readAll(0n, 10_000))
      .filter(({ position }) => below === null || position < below)
      .filter((event) => type === null || event.type === type)
      .filter(({ metadata: { actor: by } }) => actor === null || actor === by.id || actor === by.kind)
      .filter(({ recordedAt: at }) => (from === null || at >= from) && (before === null || at < before))
      .reverse();
    const events = found.slice(0, limit);
    return { events, below: found.length > limit ? (events.at(-1)?.position ?? null) : null };
  }

  async find(eventId: string): Promise<RecordedEvent | undefined> {
    return (await this.store.readAll(0n, 1000)).find(({ id }) => id === eventId);
  }
}

const replayId = 'rpy_0193f1a0-0000-7000-8000-000000000001';

export class PretendProjections implements Projections {
  readonly names = ['payments', 'ledger'];
  #last: ReplayReport | undefined;

  async status() {
    return this.names.map((name) => ({
      name,
      version: 1,
      position: 7n,
      lag_ms: 0,
      parked_streams: 0,
      parked_events: 0,
      skipped_events: 0n,
      updated_at: at,
    }));
  }

  async parked() {
    return [];
  }

  async retryParked() {
    return 0;
  }

  async rebuild(name: string, { swap }: { readonly swap: boolean }): Promise<ReplayReport | undefined> {
    if (!this.names.includes(name)) return undefined;
    const report = {
      id: replayId,
      projection: name,
      version: 1,
      position: 2n ** 60n,
      events: 7n,
      rows_compared: 3n,
      difference_count: 0n,
      differences: [],
      swapped: swap,
      started_at: at,
      finished_at: at,
    };
    this.#last = report;
    return report;
  }

  async replay(id: string) {
    return this.#last?.id === id ? this.#last : undefined;
  }

  lagMs() {
    return 12.4;
  }

  async reached() {
    return true;
  }
}

export class InMemoryInbox implements InboundWebhooks {
  readonly webhooks = new Map<string, InboundWebhook>();
  readonly done: [id: string, act: WebhookAct][] = [];

  async receive() {
    return 'stored' as const;
  }

  async claimDue() {
    return [];
  }

  async settle() {}

  async find(id: string) {
    return this.webhooks.get(id);
  }

  async list() {
    return { rows: [...this.webhooks.values()], hasMore: false };
  }

  async replay(id: string) {
    return this.webhooks.has(id);
  }

  async ignore(id: string, { actor, reason, correlationId: request }: ByHand) {
    const known = this.webhooks.get(id);
    if (known === undefined || !['parked', 'failed'].includes(known.status)) return false;
    this.webhooks.set(id, { ...known, status: 'ignored', note: `dismissed: ${reason}` });
    this.done.push([id, { act: 'ignore', actor, reason, request, at: systemClock.now() }]);
    return true;
  }

  async replayParked({ type, limit, startingAfter }: Parameters<InboundWebhooks['replayParked']>[0]) {
    const all = [...this.webhooks.values()];
    const from = startingAfter === null ? 0 : all.findIndex(({ id }) => id === startingAfter) + 1;
    if (startingAfter !== null && from === 0) throw new UnknownCursor('starting_after');
    const waiting = all
      .slice(from)
      .filter((each) => each.status === 'parked' && (type === null || each.type === type));
    const taken = waiting.slice(0, limit);
    for (const each of taken) this.webhooks.set(each.id, { ...each, status: 'received' });
    return { replayed: taken.length, hasMore: waiting.length > limit, last: taken.at(-1)?.id ?? null };
  }

  async acts(id: string) {
    return this.done.filter(([of]) => of === id).map(([, act]) => act);
  }
}

/** Keeps the lines, to be looked at. */
export class KeptLog implements Logger {
  readonly lines: { readonly level: string; readonly fields: Readonly<Record<string, unknown>> }[] = [];

  debug(fields: Readonly<Record<string, unknown>>): void {
    this.lines.push({ level: 'debug', fields });
  }

  info(fields: Readonly<Record<string, unknown>>): void {
    this.lines.push({ level: 'info', fields });
  }

  warn(fields: Readonly<Record<string, unknown>>): void {
    this.lines.push({ level: 'warn', fields });
  }

  error(fields: Readonly<Record<string, unknown>>): void {
    this.lines.push({ level: 'error', fields });
  }
}

/** Jobs that nobody runs. */
export class PretendJobs implements Jobs {
  async define(): Promise<void> {}

  async list() {
    return [];
  }

  async request() {
    return false;
  }

  async claim() {
    return undefined;
  }

  async progress() {
    return false;
  }

  async finish() {
    return false;
  }
}

/** A clock that is put forward and moves nothing else. */
export class PretendTestClock implements TestClock {
  aheadMs = 0;

  now(): Instant {
    return later(systemClock.now(), this.aheadMs);
  }

  async advance(ms: number): Promise<void> {
    this.aheadMs += ms;
  }
}
