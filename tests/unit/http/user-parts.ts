import type { Container } from 'inversify';
import { v4, v7 } from 'uuid';
import type { AccessLog, AccessRow } from '../../../src/application/ports/access-log.js';
import type { ApiKeys } from '../../../src/application/ports/api-keys.js';
import type { DigestQueries, Period } from '../../../src/application/ports/digest-queries.js';
import type { EventMetadata, EventStore } from '../../../src/application/ports/event-store.js';
import type { ProvidedIdentity } from '../../../src/application/ports/identity-provider.js';
import type { OverviewFigures, OverviewQueries } from '../../../src/application/ports/overview-queries.js';
import type { PolicyProgress } from '../../../src/application/ports/policy-progress.js';
import type { SavedFilter, SavedFilters } from '../../../src/application/ports/saved-filters.js';
import { savedFiltersMax } from '../../../src/application/ports/saved-filters.js';
import type {
  Credentials,
  Session,
  Sessions,
  SignInTries,
  UserAccount,
  UserAccounts,
  UserLinks,
} from '../../../src/application/ports/user-accounts.js';
import { createCommandHandler } from '../../../src/application/shared/command-handler.js';
import { createSignIn } from '../../../src/application/user/sign-in.js';
import { userCodec } from '../../../src/application/user/user.codec.js';
import { createUsers } from '../../../src/application/user/users.js';
import type { UserId } from '../../../src/domain/shared/ids.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import type { Role } from '../../../src/domain/user/roles.js';
import { user } from '../../../src/domain/user/user.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { AesSealing } from '../../../src/infrastructure/users/aes-sealing.js';
import { ScryptPasswords } from '../../../src/infrastructure/users/scrypt-passwords.js';
import { TotpCodes } from '../../../src/infrastructure/users/totp-codes.js';
import { controllers } from '../../../src/interfaces/http/controllers.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { createConsoleArea } from '../../../src/interfaces/http/pages/admin/console-area.js';
import { consolePages } from '../../../src/interfaces/http/pages/page-controllers.js';
import { createAskApi } from '../../../src/interfaces/http/pages/shared/ask-api.js';
import type { Controller } from '../../../src/interfaces/http/shared/route.js';
import { at } from '../../support/payment-examples.js';

/** Small real implementations of what the console's users stand on. */

class InMemoryAccounts implements UserAccounts {
  readonly #accounts = new Map<UserId, UserAccount>();
  readonly #provided = new Map<string, UserId>();
  readonly #credentials = new Map<UserId, Credentials & { readonly step: bigint }>();

  async create({ id, email, name }: Pick<UserAccount, 'id' | 'email' | 'name'>): Promise<boolean> {
    const other = await this.findByEmail(email);
    if (other !== undefined && other.id !== id) return false;
    this.#accounts.set(id, { id, email, name, issuer: null, created_at: systemClock.now() });
    this.#set(id, {});
    return true;
  }

  async keepProvided(made: UserId, { issuer, subject, email, name }: ProvidedIdentity): Promise<UserId> {
    const id = this.#provided.get(`${issuer} ${subject}`) ?? made;
    this.#provided.set(`${issuer} ${subject}`, id);
    this.#accounts.set(id, { id, email, name, issuer, created_at: systemClock.now() });
    this.#set(id, {});
    return id;
  }

  async findProvided({ issuer, subject }: Pick<ProvidedIdentity, 'issuer' | 'subject'>) {
    return this.#provided.get(`${issuer} ${subject}`);
  }

  async find(id: UserId) {
    return this.#accounts.get(id);
  }

  async findByEmail(email: string) {
    const wanted = email.toLowerCase();
    const isIt = (each: UserAccount) => each.issuer === null && each.email.toLowerCase() === wanted;
    return [...this.#accounts.values()].find(isIt);
  }

  async list() {
    return { rows: [...this.#accounts.values()].reverse(), hasMore: false };
  }

  async credentials(id: UserId) {
    return this.#credentials.get(id);
  }

  async setPassword(id: UserId, passwordHash: string) {
    this.#set(id, { passwordHash });
  }

  async offerSecret(id: UserId, sealedOffer: Buffer) {
    this.#set(id, { sealedOffer });
  }

  async takeOffer(id: UserId) {
    this.#set(id, { sealedSecret: this.#credentials.get(id)?.sealedOffer ?? null, sealedOffer: null });
  }

  async dropSecret(id: UserId) {
    this.#set(id, { sealedSecret: null, sealedOffer: null });
  }

  async useStep(id: UserId, step: bigint): Promise<boolean> {
    if ((this.#credentials.get(id)?.step ?? 0n) >= step) return false;
    this.#set(id, { step });
    return true;
  }

  #set(userId: UserId, change: Partial<Credentials & { step: bigint }>): void {
    const none = { userId, passwordHash: null, sealedSecret: null, sealedOffer: null, step: 0n };
    this.#credentials.set(userId, { ...none, ...this.#credentials.get(userId), ...change });
  }
}

class InMemorySessions implements Sessions {
  readonly open_ = new Map<string, Session>();

  async open(session: Pick<Session, 'user_id' | 'stage' | 'network' | 'user_agent'>): Promise<string> {
    const token = v4();
    const now: Instant = systemClock.now();
    this.open_.set(token, { ...session, id: `ses_${v7()}`, created_at: now, last_seen_at: now });
    return token;
  }

  async find(token: string) {
    return this.open_.get(token);
  }

  async of(userId: UserId) {
    return [...this.open_.values()].filter(
      ({ user_id, stage }) => user_id === userId && stage === 'signed_in',
    );
  }

  async end(token: string) {
    this.open_.delete(token);
  }

  async revoke(userId: UserId, sessionId: string) {
    const [token] =
      [...this.open_].find(([, { id, user_id }]) => id === sessionId && user_id === userId) ?? [];
    return token !== undefined && this.open_.delete(token);
  }

  async revokeAll(userId: UserId, butToken: string | null) {
    for (const [token, { user_id }] of [...this.open_]) {
      if (user_id === userId && token !== butToken) this.open_.delete(token);
    }
  }
}

class InMemoryLinks implements UserLinks {
  readonly #links = new Map<string, { purpose: 'owner' | 'password'; userId: UserId | null }>();

  async make(purpose: 'owner' | 'password', userId: UserId | null): Promise<string> {
    for (const [token, link] of [...this.#links]) {
      if (link.purpose === purpose && link.userId === userId) this.#links.delete(token);
    }
    const token = `${v4()}${v4()}`.replaceAll('-', '').slice(0, 43);
    this.#links.set(token, { purpose, userId });
    return token;
  }

  async look(token: string) {
    return this.#links.get(token);
  }

  async use(token: string) {
    return this.#links.delete(token);
  }
}

class InMemoryTries implements SignInTries {
  readonly #tries = new Map<string, number>();

  async begin(subjects: readonly string[]): Promise<number | null> {
    for (const subject of subjects) this.#tries.set(subject, (this.#tries.get(subject) ?? 0) + 1);
    return subjects.some((subject) => (this.#tries.get(subject) ?? 0) > 10) ? 1_800 : null;
  }

  async succeeded(subject: string) {
    this.#tries.delete(subject);
  }
}

class KeptAccess implements AccessLog {
  readonly rows: AccessRow[] = [];

  note(entry: Parameters<AccessLog['note']>[0]): void {
    this.rows.unshift({ reason: null, ...entry, id: v7(), at: systemClock.now() });
  }

  async settled() {}

  async list({ user: wanted }: { readonly user: string | null }) {
    return { rows: this.rows.filter((row) => wanted === null || row.user_id === wanted), hasMore: false };
  }
}

class InMemorySavedFilters implements SavedFilters {
  readonly #kept = new Map<string, SavedFilter & { readonly user: UserId }>();

  async of(user: UserId, list: string) {
    const own = [...this.#kept.values()].filter((each) => each.user === user && each.list === list);
    return own.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  async save(user: UserId, filter: Omit<SavedFilter, 'id'>) {
    const own = [...this.#kept.values()].filter((each) => each.user === user);
    const same = own.find(({ list, name }) => list === filter.list && name === filter.name);
    if (same === undefined && own.length >= savedFiltersMax) return false;
    const id = same?.id ?? `sfl_${v7()}`;
    this.#kept.set(id, { ...filter, id, user });
    return true;
  }

  async find(user: UserId, id: string) {
    const found = this.#kept.get(id);
    return found?.user === user ? found : undefined;
  }

  async remove(user: UserId, id: string) {
    return this.#kept.get(id)?.user === user && this.#kept.delete(id);
  }
}

class NothingFails implements PolicyProgress {
  async position() {
    return 0n;
  }

  async advance() {
    return true;
  }

  async waiting() {
    return new Set<never>();
  }

  async dueFailures() {
    return [];
  }

  async settle() {}

  async postpone() {}

  async failures() {
    return [];
  }
}

const foundInvoice = 'inv_0193f1a0-0000-7000-8000-000000000777';

/** The beginning of the hour before this one. */
const hourAgo = () => `${new Date(Date.now() - 3_600_000).toISOString().slice(0, 13)}:00:00.000Z` as Instant;

/** One objective is kept, one missed, one kept to the last, and of one there is nothing to judge. */
async function sharesOf(periods: readonly Period[], now: Instant): ReturnType<DigestQueries['shares']> {
  const shares = periods.map(() => ({
    payment_success: { good: 96, total: 100, excluded: 3 },
    prompt_answer: { good: 188, total: 200, excluded: 0 },
    webhook_success: { good: 990, total: 1_000, excluded: 1 },
    uptime: { good: 0, total: 0, excluded: 1_440 },
  }));
  return { shares, known: { asOf: now, positions: ['41', '42'] } };
}

class NoFigures implements OverviewQueries {
  async figures(): Promise<OverviewFigures> {
    return {
      ...{ average_seconds: 1.234, stuck: 0, open_requests: 0 },
      disputes_awaiting: { count: 2, first_due_by: at },
      outcomes: {
        succeeded: 19,
        failed: 1,
        firstSucceeded: 17,
        firstFailed: 1,
        unfinished: 3,
        unanswered: 1,
      },
      volume: [{ currency: 'USD', minor: 123_456n, payments: 19 }],
      hours: [{ at: hourAgo(), succeeded: 19, failed: 1, captured: [{ currency: 'USD', minor: 123_456n }] }],
      webhooks: { handled: 37, failed: 3, waiting: 1, dismissed: 1 },
    };
  }

  async paymentsOfAmount() {
    return [];
  }

  async invoicesOfAmount(minor: bigint) {
    return minor === 77_700n ? [{ id: foundInvoice, number: '2026-000777' }] : [];
  }

  async creditNotesByNumber(beginning: string) {
    const id = foundInvoice.replace('inv_', 'cn_');
    return 'CN-2026-000007'.startsWith(beginning) ? [{ id, number: 'CN-2026-000007' }] : [];
  }

  async paymentsByLast4(last4: string) {
    return last4 === '4444' ? [foundInvoice.replace('inv_', 'pay_')] : [];
  }

  async customersByLast4() {
    return [];
  }
}

const password = 'correct horse battery';

export function bindUserParts(
  container: Container,
  { eventStore, apiKeys }: { readonly eventStore: EventStore; readonly apiKeys: ApiKeys },
) {
  const accounts = new InMemoryAccounts();
  const sessions = new InMemorySessions();
  const accessLog = new KeptAccess();
  const links = new InMemoryLinks();
  const handler = createCommandHandler({ eventStore, decider: user, codec: userCodec, category: 'user' });
  const passwords = new ScryptPasswords({ log2N: 4, r: 8, p: 1 });
  const sealing = new AesSealing(Buffer.alloc(32, 7));
  const clock = { ms: Date.now() };
  const codes = new TotpCodes('Counterfoil', () => clock.ms);
  const users = createUsers({
    ...{ accounts, links, sessions, handler, passwords, sealing, codes, apiKeys },
    clock: systemClock,
  });
  const signIn = createSignIn({
    ...{ accounts, sessions, handler, passwords, sealing, codes, accessLog },
    tries: new InMemoryTries(),
  });
  container.bind(httpTokens.policyProgress).toConstantValue(new NothingFails());
  container.bind(httpTokens.overviewQueries).toConstantValue(new NoFigures());
  container.bind(httpTokens.digestQueries).toConstantValue({ shares: sharesOf });
  container.bind(httpTokens.users).toConstantValue(users);
  container.bind(httpTokens.signIn).toConstantValue(signIn);
  container.bind(httpTokens.providerSignIn).toConstantValue(null);
  container.bind(httpTokens.sessions).toConstantValue(sessions);
  container.bind(httpTokens.accessLog).toConstantValue(accessLog);
  container
    .bind(httpTokens.consoleArea)
    .toConstantValue(createConsoleArea({ signIn, accessLog, savedFilters: new InMemorySavedFilters() }));
  container
    .bind(httpTokens.askApi)
    .toDynamicValue(() =>
      createAskApi(controllers.flatMap((each) => [...container.get<Controller>(each).routes])),
    );
  for (const pages of consolePages)
    container
      .bind(pages as never)
      .toSelf()
      .inSingletonScope();

  /** Somebody with a role and a password, signed in: their id, and the cookie of their session. */
  async function signedIn(role: Role, email = `${role}@example.com`) {
    const metadata: EventMetadata = {
      ...{ commandId: v7(), correlationId: 'test', causationId: 'test', reason: null },
      actor: { kind: 'system', id: 'test' },
    };
    const invited = await users.invite({ email, name: `The ${role}`, role }, metadata);
    if (invited === 'email_taken') throw new Error(`${email} is taken`);
    const token = await users.makeLink(invited.id);
    await users.usePasswordLink(token, password, { commandId: v7(), requestId: 'test' });
    const client = { network: '127.0.0.1', userAgent: 'test', requestId: 'test' };
    const result = await signIn.withPassword(email, password, client);
    if (result.outcome !== 'signed_in') throw new Error(`${email} could not sign in`);
    return { id: invited.id, email, password, token: result.token };
  }

  return { users, signIn, accounts, sessions, links, accessLog, clock, codes, signedIn };
}
