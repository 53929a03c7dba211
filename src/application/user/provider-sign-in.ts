import type { UserId } from '../../domain/shared/ids.js';
import type { Role } from '../../domain/user/roles.js';
import type { UserState } from '../../domain/user/user.js';
import type { AccessLog } from '../ports/access-log.js';
import type { ApiKeys } from '../ports/api-keys.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { IdentityProvider, ProvidedIdentity, SignInAttempts } from '../ports/identity-provider.js';
import type { Logger } from '../ports/logger.js';
import type { Sessions, UserAccounts } from '../ports/user-accounts.js';
import { commandIdOf } from '../shared/event-ids.js';
import type { Client, SignIn } from './sign-in.js';
import type { UserHandler } from './user-handler.js';
import { userIdOf } from './user-handler.js';
import type { Users } from './users.js';

/** Which role follows from which of a provider's values; where several do, the first of the list counts. */
export type RoleMapping = readonly { readonly value: string; readonly role: Role }[];

export type ProviderSignedIn =
  | {
      readonly outcome: 'signed_in' | 'second_step';
      readonly token: string;
      /** The page that was asked for before. */
      readonly next: string | null;
    }
  /** Nothing was begun in this browser, or it was over, or it came back before. */
  | { readonly outcome: 'expired' }
  /** The provider refused, or what it answered is not to be believed. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'no_role' }
  | { readonly outcome: 'disabled' }
  | { readonly outcome: 'unreachable' };

type About = Client & { readonly commandId: string };
type Entitled = { readonly value: string; readonly role: Role };

export type ProviderSignIn = ReturnType<typeof createProviderSignIn>;

/**
 * Signing in by an identity provider. It says who somebody is and what their role follows from; whether they may come in is
 * still decided here, from the facts of their stream.
 */
export function createProviderSignIn(parts: {
  readonly provider: IdentityProvider;
  readonly mapping: RoleMapping;
  readonly attempts: SignInAttempts;
  readonly accounts: Pick<UserAccounts, 'keepProvided' | 'findProvided'>;
  readonly handler: UserHandler;
  readonly users: Pick<Users, 'change'>;
  readonly sessions: Pick<Sessions, 'revokeAll'>;
  readonly apiKeys: Pick<ApiKeys, 'revokeBeyond'>;
  readonly signIn: Pick<SignIn, 'openFor'>;
  readonly accessLog: AccessLog;
  readonly logger: Logger;
  readonly clock: Clock;
}) {
  const { provider, mapping, attempts, accounts, handler, users, sessions, apiKeys, signIn, clock } = parts;

  /** `token` is for this browser alone, and good for ten minutes. */
  async function begin(
    next: string | null,
    { requestId }: Pick<Client, 'requestId'>,
  ): Promise<
    | { readonly outcome: 'begun'; readonly address: string; readonly token: string }
    | { readonly outcome: 'unreachable' }
  > {
    const begun = await provider.begin();
    if (begun.outcome === 'unreachable') return unreachable(begun.reason, requestId);
    const token = await attempts.keep(begun.attempt, next);
    return { outcome: 'begun', address: begun.address, token };
  }

  /** `token` is what this browser was given when it was sent away, `returned` what it came back with. */
  async function finish(
    token: string | undefined,
    returned: URLSearchParams,
    about: About,
  ): Promise<ProviderSignedIn> {
    const kept = token === undefined ? undefined : await attempts.take(token);
    if (kept === undefined) return refused(null, 'expired', about);
    const answer = await provider.finish(returned, kept.attempt);
    const { requestId } = about;
    if (answer.outcome === 'unreachable') return unreachable(answer.reason, requestId);
    if (answer.outcome === 'refused') {
      const fields = { request_id: requestId, reason: answer.reason };
      parts.logger.warn(fields, "the identity provider's answer was refused");
      return refused(null, 'refused', about);
    }
    const { identity } = answer;
    const entitled = mapping.find(({ value }) => identity.roleValues.includes(value));
    return entitled === undefined
      ? lock(identity, about)
      : letIn(identity, entitled, { ...about, next: kept.next });
  }

  async function letIn(
    identity: ProvidedIdentity,
    entitled: Entitled,
    about: About & { readonly next: string | null },
  ): Promise<ProviderSignedIn> {
    const userId = await accounts.keepProvided(userIdOf(about.commandId), identity);
    const state = await entitle(userId, entitled, about);
    if (state.status !== 'active') return refused(userId, 'disabled', about);
    const outcome = state.secondStep ? 'second_step' : 'signed_in';
    note(userId, outcome === 'signed_in' ? 'signed in' : 'provider', about);
    return { outcome, token: await signIn.openFor(userId, outcome, about), next: about.next };
  }

  /** Makes the facts say what the provider says of somebody; of who was disabled here it changes nothing. */
  async function entitle(userId: UserId, { value, role }: Entitled, about: About): Promise<UserState> {
    const reason = `Signed in by ${provider.name} as "${value}"`.slice(0, 500);
    const metadata = (step: string): EventMetadata => ({
      commandId: commandIdOf(`${step} by provider`, about.commandId),
      correlationId: about.requestId,
      causationId: about.requestId,
      actor: { kind: 'system', id: 'oidc' },
      reason,
    });
    const at = clock.now();
    let { state } = await handler.load(userId);
    if (state.status === 'absent') {
      ({ state } = await handler.handle(
        userId,
        { type: 'InviteUser', at, userId, role },
        metadata('invitation'),
      ));
    }
    if (state.status === 'invited') {
      ({ state } = await handler.handle(userId, { type: 'ActivateUser', at }, metadata('activation')));
    }
    if (state.status === 'active' && state.role !== role) {
      const command = { type: 'AssignRole', at, role, by: 'oidc' } as const;
      ({ state } = await users.change(userId, command, metadata('role')));
    }
    return state;
  }

  /** Whom the provider gives no role any more is signed out everywhere, and their keys end. */
  async function lock(identity: ProvidedIdentity, about: About): Promise<ProviderSignedIn> {
    const userId = await accounts.findProvided(identity);
    if (userId !== undefined) {
      await sessions.revokeAll(userId, null);
      await apiKeys.revokeBeyond(userId, []);
    }
    return refused(userId ?? null, 'no_role', about);
  }

  function refused(
    userId: UserId | null,
    outcome: 'expired' | 'refused' | 'no_role' | 'disabled',
    client: Client,
  ): ProviderSignedIn {
    note(userId, outcome, client);
    return { outcome };
  }

  function unreachable(reason: string, requestId: string): { readonly outcome: 'unreachable' } {
    parts.logger.error({ request_id: requestId, reason }, 'the identity provider does not answer');
    return { outcome: 'unreachable' };
  }

  function note(userId: UserId | null, result: string, { requestId, network }: Client): void {
    const action = 'sign in by provider';
    parts.accessLog.note({ user_id: userId, action, result, request_id: requestId, network });
  }

  return { name: provider.name, begin, finish };
}
