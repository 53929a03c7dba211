import type { UserId } from '../../domain/shared/ids.js';
import type { UserCommand, UserEvent, UserRejection } from '../../domain/user/messages.js';
import type { Role } from '../../domain/user/roles.js';
import type { ExistingUser, UserState } from '../../domain/user/user.js';
import type { ApiKeys } from '../ports/api-keys.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { Page, PageRequest } from '../ports/read-models.js';
import { firstPage } from '../ports/read-models.js';
import type { OneTimeCodes, Passwords, Sealing } from '../ports/secrets.js';
import type { Sessions, UserAccount, UserAccounts, UserLinks } from '../ports/user-accounts.js';
import type { Handled } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { scopesOfRole } from './role-scopes.js';
import type { UserHandler } from './user-handler.js';
import { metadataOf, userIdOf } from './user-handler.js';

export type UserRow = UserAccount & {
  readonly role: Role;
  readonly status: ExistingUser['status'];
  readonly second_step: boolean;
  readonly revision: bigint;
};

export type UserHandled = Handled<UserState, UserEvent, UserRejection>;

const linkSeconds = 24 * 3600;

export type Users = ReturnType<typeof createUsers>;

/** Who may use the console: inviting them, and what becomes of them. */
export function createUsers(parts: {
  readonly accounts: UserAccounts;
  readonly links: UserLinks;
  readonly sessions: Sessions;
  readonly handler: UserHandler;
  readonly passwords: Passwords;
  readonly sealing: Sealing;
  readonly codes: OneTimeCodes;
  readonly apiKeys: Pick<ApiKeys, 'revokeBeyond'>;
  readonly clock: Clock;
}) {
  const { accounts, links, sessions, handler, passwords, sealing, codes, apiKeys, clock } = parts;

  async function rowOf(account: UserAccount): Promise<UserRow | undefined> {
    const { state, revision } = await handler.load(account.id);
    if (state.status === 'absent' || revision === null) return undefined;
    const second = state.status !== 'invited' && state.secondStep;
    return { ...account, role: state.role, status: state.status, second_step: second, revision };
  }

  async function find(id: UserId): Promise<UserRow | undefined> {
    const account = await accounts.find(id);
    return account === undefined ? undefined : rowOf(account);
  }

  async function list(page: PageRequest): Promise<Page<UserRow>> {
    const { rows, hasMore } = await accounts.list(page);
    const shown = await Promise.all(rows.map(rowOf));
    return { rows: shown.filter((row) => row !== undefined), hasMore };
  }

  /** The account first, then the fact: one that nobody was invited by is shown nowhere, and its address may be invited again. */
  async function invite(
    asked: { readonly email: string; readonly name: string; readonly role: Role },
    metadata: EventMetadata,
  ): Promise<{ readonly handled: UserHandled; readonly id: UserId } | 'email_taken'> {
    const known = await accounts.findByEmail(asked.email);
    const unclaimed = known !== undefined && (await handler.load(known.id)).state.status === 'absent';
    const id = unclaimed ? known.id : userIdOf(metadata.commandId);
    const { email, name, role } = asked;
    if (!unclaimed && !(await accounts.create({ id, email, name }))) return 'email_taken';
    const command: UserCommand = { type: 'InviteUser', at: clock.now(), userId: id, role };
    return { handled: await handler.handle(id, command, metadata), id };
  }

  /** For whoever was invited, or has lost their password. */
  function makeLink(id: UserId): Promise<string> {
    return links.make('password', id, linkSeconds);
  }

  /** Carries out what an operator does to a user, with what follows from it: sessions and keys beyond the role are over. */
  async function change(
    id: UserId,
    command: UserCommand,
    metadata: EventMetadata,
    options: { readonly ifRevision?: bigint } = {},
  ): Promise<UserHandled> {
    const handled = await handler.handle(id, command, metadata, options);
    if (handled.outcome !== 'accepted' || handled.state.status === 'absent') return handled;
    const { state } = handled;
    if (state.status === 'disabled') await sessions.revokeAll(id, null);
    await apiKeys.revokeBeyond(id, state.status === 'disabled' ? [] : scopesOfRole[state.role]);
    if (command.type === 'RemoveSecondStep') await accounts.dropSecret(id);
    return handled;
  }

  /** What a link is good for; undefined for one that was used, is too old, or never was. */
  async function lookAtLink(token: string) {
    const link = await links.look(token);
    if (link === undefined) return undefined;
    const account = link.userId === null ? undefined : await accounts.find(link.userId);
    return { purpose: link.purpose, account };
  }

  /** The first owner, by the link that the start printed. */
  async function claimOwnership(
    token: string,
    asked: { readonly email: string; readonly name: string; readonly password: string },
    about: { readonly commandId: string; readonly requestId: string },
  ): Promise<UserId | 'link_void' | 'email_taken'> {
    // First the look, which costs nothing: who has no link makes nobody hash a password.
    if ((await links.look(token))?.purpose !== 'owner') return 'link_void';
    const passwordHash = await passwords.hash(asked.password);
    if (!(await links.use(token))) return 'link_void';
    const id = userIdOf(about.commandId);
    const metadata = metadataOf(id, about.commandId, about.requestId);
    const invited = await invite({ ...asked, role: 'owner' }, metadata);
    if (invited === 'email_taken') return 'email_taken';
    await choosePassword(invited.id, passwordHash, about);
    return invited.id;
  }

  /** Whoever was invited, or lost a password, chooses one by their link. Everywhere else they are signed out. */
  async function usePasswordLink(
    token: string,
    password: string,
    about: { readonly commandId: string; readonly requestId: string },
  ): Promise<UserId | 'link_void'> {
    const link = await links.look(token);
    if (link?.purpose !== 'password' || link.userId === null) return 'link_void';
    const { state } = await handler.load(link.userId);
    if (state.status !== 'invited' && state.status !== 'active') return 'link_void';
    const passwordHash = await passwords.hash(password);
    if (!(await links.use(token))) return 'link_void';
    await choosePassword(link.userId, passwordHash, about);
    return link.userId;
  }

  async function choosePassword(
    id: UserId,
    passwordHash: string,
    { commandId, requestId }: { readonly commandId: string; readonly requestId: string },
  ): Promise<void> {
    await accounts.setPassword(id, passwordHash);
    const { state } = await handler.load(id);
    const type = state.status === 'invited' ? 'ActivateUser' : 'ReplacePassword';
    const metadata = metadataOf(id, commandIdOf('password of', commandId), requestId);
    await handler.handle(id, { type, at: clock.now() }, metadata);
    await sessions.revokeAll(id, null);
  }

  /** By the password they have; false when it is another. Signs out everywhere but here. */
  async function changePassword(
    id: UserId,
    asked: { readonly current: string; readonly next: string; readonly token: string },
    metadata: EventMetadata,
  ): Promise<boolean> {
    const known = await accounts.credentials(id);
    if (!(await passwords.verify(asked.current, known?.passwordHash ?? null))) return false;
    await accounts.setPassword(id, await passwords.hash(asked.next));
    await handler.handle(id, { type: 'ReplacePassword', at: clock.now() }, metadata);
    await sessions.revokeAll(id, asked.token);
    return true;
  }

  /** A secret for an authenticator app; it counts from when a code proves that the app has it. */
  async function offerSecondStep(id: UserId): Promise<{ readonly base32: string; readonly uri: string }> {
    const [account, known] = await Promise.all([accounts.find(id), accounts.credentials(id)]);
    const offered = known?.sealedOffer ?? null;
    const secret = offered === null ? codes.newSecret() : sealing.open(offered, id);
    if (offered === null) await accounts.offerSecret(id, sealing.seal(secret, id));
    return codes.shown(secret, account?.email ?? id);
  }

  /** False for a wrong code. */
  async function confirmSecondStep(id: UserId, code: string, metadata: EventMetadata): Promise<boolean> {
    const offered = (await accounts.credentials(id))?.sealedOffer ?? null;
    if (offered === null) return false;
    const step = codes.stepOf(sealing.open(offered, id), code);
    if (step === undefined || !(await accounts.useStep(id, step))) return false;
    await accounts.takeOffer(id);
    await handler.handle(id, { type: 'EnableSecondStep', at: clock.now() }, metadata);
    return true;
  }

  /** A link for the first owner, as long as there is none who can sign in; null where there is. */
  async function ownerLink(): Promise<string | null> {
    let page: PageRequest = firstPage(100);
    for (;;) {
      const { rows, hasMore } = await accounts.list(page);
      const users = await Promise.all(rows.map(rowOf));
      if (users.some((row) => row?.role === 'owner' && row.status === 'active')) return null;
      const last = rows.at(-1);
      if (!hasMore || last === undefined) return links.make('owner', null, linkSeconds);
      page = { ...page, startingAfter: last.id };
    }
  }

  return {
    ...{ find, list, invite, makeLink, change, lookAtLink, claimOwnership, usePasswordLink },
    ...{ changePassword, offerSecondStep, confirmSecondStep, ownerLink },
  };
}
