import type { UserId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { ProvidedIdentity } from './identity-provider.js';
import type { Page, PageRequest } from './read-models.js';

/** Who a user is, beside the facts of their stream: personal, and never in an event. */
export type UserAccount = {
  readonly id: UserId;
  readonly email: string;
  readonly name: string;
  /** Of the identity provider that signs the user in; null for a password. */
  readonly issuer: string | null;
  readonly created_at: Instant;
};

/** What a user signs in with. */
export type Credentials = {
  readonly userId: UserId;
  /** As `Passwords` writes it; null until one was chosen. */
  readonly passwordHash: string | null;
  /** As `Sealing` writes it; null without a second step. */
  readonly sealedSecret: Buffer | null;
  /** One that was offered and not confirmed by a code yet. */
  readonly sealedOffer: Buffer | null;
};

export type LinkPurpose = 'owner' | 'password';

/** Links that work once; only digests of their tokens are kept. */
export interface UserLinks {
  /** A new link, good for so long; earlier ones of the same user (or, for `owner`, of the deployment) are void. */
  make(purpose: LinkPurpose, userId: UserId | null, validSeconds: number): Promise<string>;
  /** Whether a link would work; it stays as it is. */
  look(token: string): Promise<{ readonly purpose: LinkPurpose; readonly userId: UserId | null } | undefined>;
  /** Uses a link up: of any number of callers at once, one is answered true. */
  use(token: string): Promise<boolean>;
}

export interface UserAccounts {
  /**
   * Of somebody who signs in by a password. False where another of them has this e-mail address, in whatever case; the same
   * account again changes nothing.
   */
  create(account: Pick<UserAccount, 'id' | 'email' | 'name'>): Promise<boolean>;
  /**
   * Of somebody whom a provider signs in, by issuer and subject alone: made with this id the first time, and later kept under
   * the id that it has, with the name and the address that the provider tells now.
   */
  keepProvided(id: UserId, identity: ProvidedIdentity): Promise<UserId>;
  findProvided(identity: Pick<ProvidedIdentity, 'issuer' | 'subject'>): Promise<UserId | undefined>;
  find(id: UserId): Promise<UserAccount | undefined>;
  /** `email` in any case; never somebody whom a provider signs in. */
  findByEmail(email: string): Promise<UserAccount | undefined>;
  list(page: PageRequest): Promise<Page<UserAccount>>;
  credentials(id: UserId): Promise<Credentials | undefined>;
  setPassword(id: UserId, passwordHash: string): Promise<void>;
  offerSecret(id: UserId, sealedSecret: Buffer): Promise<void>;
  /** The offered secret becomes the one that counts. */
  takeOffer(id: UserId): Promise<void>;
  dropSecret(id: UserId): Promise<void>;
  /** False where this step of the clock, or a later one, was used already: a code works once. */
  useStep(id: UserId, step: bigint): Promise<boolean>;
}

export type SessionStage = 'second_step' | 'signed_in';

export type Session = {
  /** `ses_...`: names the session to its user; not a secret. */
  readonly id: string;
  readonly user_id: UserId;
  readonly stage: SessionStage;
  readonly network: string;
  readonly user_agent: string;
  readonly created_at: Instant;
  readonly last_seen_at: Instant;
};

/** Who is signed in where. A session that was idle for half an hour, or is twelve hours old, is none. */
export interface Sessions {
  /** The token is answered this once; only its digest is kept. */
  open(session: Pick<Session, 'user_id' | 'stage' | 'network' | 'user_agent'>): Promise<string>;
  /** With `seen`, notes that somebody is there. */
  find(token: string, options: { readonly seen: boolean }): Promise<Session | undefined>;
  /** Those that count now, the last seen first. */
  of(userId: UserId): Promise<readonly Session[]>;
  end(token: string): Promise<void>;
  /** False where the user has no such session. */
  revoke(userId: UserId, sessionId: string): Promise<boolean>;
  /** All of a user's, but for one where its token is given. */
  revokeAll(userId: UserId, butToken: string | null): Promise<void>;
}

/** Counts tries to sign in, whatever becomes of them. */
export interface SignInTries {
  /**
   * Counts one try for each subject. Null when it may be made; otherwise the seconds until the next may be: ten tries without
   * one that succeeds lock a subject for half an hour.
   */
  begin(subjects: readonly string[]): Promise<number | null>;
  succeeded(subject: string): Promise<void>;
}
