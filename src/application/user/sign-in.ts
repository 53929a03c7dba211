import type { UserId } from '../../domain/shared/ids.js';
import type { Role } from '../../domain/user/roles.js';
import type { ExistingUser } from '../../domain/user/user.js';
import type { AccessLog } from '../ports/access-log.js';
import type { Scope } from '../ports/api-keys.js';
import type { OneTimeCodes, Passwords, Sealing } from '../ports/secrets.js';
import type { SessionStage, Sessions, SignInTries, UserAccounts } from '../ports/user-accounts.js';
import { scopesOfRole } from './role-scopes.js';
import type { UserHandler } from './user-handler.js';

/** A user who is signed in, as they are now. */
export type Operator = {
  readonly userId: UserId;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly scopes: readonly Scope[];
  readonly secondStep: boolean;
  /** Of the identity provider that signs them in; null for a password. */
  readonly issuer: string | null;
  readonly sessionId: string;
};

/** Where a request comes from. */
export type Client = { readonly network: string; readonly userAgent: string; readonly requestId: string };

export type SignedIn =
  | { readonly outcome: 'signed_in'; readonly token: string }
  /** The password was right; the token is good for the code only. */
  | { readonly outcome: 'second_step'; readonly token: string }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'locked'; readonly retryAfterSeconds: number };

export type SignIn = ReturnType<typeof createSignIn>;

/**
 * Signing in. Whatever is wrong, the answer is the same, takes as long, and counts as a try: it does not tell whether there
 * is such a user.
 */
export function createSignIn(parts: {
  readonly accounts: UserAccounts;
  readonly sessions: Sessions;
  readonly tries: SignInTries;
  readonly handler: UserHandler;
  readonly passwords: Passwords;
  readonly sealing: Sealing;
  readonly codes: OneTimeCodes;
  readonly accessLog: AccessLog;
}) {
  const { accounts, sessions, tries, handler, passwords, sealing, codes, accessLog } = parts;

  async function active(userId: UserId): Promise<Extract<ExistingUser, { status: 'active' }> | undefined> {
    const { state } = await handler.load(userId);
    return state.status === 'active' ? state : undefined;
  }

  function note(userId: UserId | null, action: string, result: string, client: Client): void {
    const { requestId, network } = client;
    accessLog.note({ user_id: userId, action, result, request_id: requestId, network });
  }

  async function withPassword(email: string, password: string, client: Client): Promise<SignedIn> {
    const subjects = [`email ${email.toLowerCase()}`, `network ${client.network}`];
    const account = await accounts.findByEmail(email);
    const userId = account?.id ?? null;
    const retryAfterSeconds = await tries.begin(subjects);
    if (retryAfterSeconds !== null) {
      note(userId, 'sign in', 'locked', client);
      return { outcome: 'locked', retryAfterSeconds };
    }
    const credentials = userId === null ? undefined : await accounts.credentials(userId);
    const right = await passwords.verify(password, credentials?.passwordHash ?? null);
    const state = userId === null ? undefined : await active(userId);
    if (!right || userId === null || state === undefined) {
      note(userId, 'sign in', 'refused', client);
      return { outcome: 'refused' };
    }
    const stage: SessionStage = state.secondStep ? 'second_step' : 'signed_in';
    if (stage === 'signed_in') await Promise.all(subjects.map((subject) => tries.succeeded(subject)));
    note(userId, 'sign in', stage === 'signed_in' ? 'signed in' : 'password', client);
    return { outcome: stage, token: await open(userId, stage, client) };
  }

  /** The session of the password ends either way: a new token comes with the new rights. */
  async function withCode(token: string, code: string, client: Client): Promise<SignedIn> {
    const session = await sessions.find(token, { seen: true });
    if (session?.stage !== 'second_step') return { outcome: 'refused' };
    const { user_id: userId } = session;
    const account = await accounts.find(userId);
    const subjects = [`code ${userId}`, `network ${client.network}`];
    const retryAfterSeconds = await tries.begin(subjects);
    if (retryAfterSeconds !== null) {
      note(userId, 'second step', 'locked', client);
      return { outcome: 'locked', retryAfterSeconds };
    }
    if ((await active(userId)) === undefined || !(await isRight(userId, code))) {
      note(userId, 'second step', 'refused', client);
      return { outcome: 'refused' };
    }
    const passed = [...subjects, `email ${account?.email.toLowerCase() ?? ''}`];
    await Promise.all([sessions.end(token), ...passed.map((subject) => tries.succeeded(subject))]);
    note(userId, 'second step', 'signed in', client);
    return { outcome: 'signed_in', token: await open(userId, 'signed_in', client) };
  }

  async function isRight(userId: UserId, code: string): Promise<boolean> {
    const sealed = (await accounts.credentials(userId))?.sealedSecret;
    if (sealed === undefined || sealed === null) return false;
    const step = codes.stepOf(sealing.open(sealed, userId), code);
    return step !== undefined && accounts.useStep(userId, step);
  }

  function open(userId: UserId, stage: SessionStage, { network, userAgent }: Client): Promise<string> {
    return sessions.open({ user_id: userId, stage, network, user_agent: userAgent });
  }

  /** Roles and states are read from the facts each time, so that what changed holds for the next request. */
  async function whoIs(token: string, { seen }: { readonly seen: boolean }): Promise<Operator | undefined> {
    const session = await sessions.find(token, { seen });
    if (session?.stage !== 'signed_in') return undefined;
    const { user_id: userId, id: sessionId } = session;
    const [state, account] = await Promise.all([active(userId), accounts.find(userId)]);
    if (state === undefined || account === undefined) return undefined;
    const { name, email, issuer } = account;
    const { role, secondStep } = state;
    return { userId, name, email, role, scopes: scopesOfRole[role], secondStep, issuer, sessionId };
  }

  return { withPassword, withCode, whoIs, openFor: open, signOut: sessions.end.bind(sessions), isRight };
}
