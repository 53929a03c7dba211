/** What ties the answer of a provider to the browser that was sent there. Secret until the answer has come. */
export type SignInAttempt = {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
};

/** Somebody as a provider knows them. Who it is says `issuer` with `subject`, and nothing else does. */
export type ProvidedIdentity = {
  readonly issuer: string;
  /** Unique at its issuer and never given to somebody else, as OpenID Connect promises. */
  readonly subject: string;
  /** Shown to operators; anybody may call themselves anything. */
  readonly name: string;
  /** Shown to operators; empty where the provider does not tell. It proves nothing. */
  readonly email: string;
  /** What the provider says that roles follow from, such as groups. */
  readonly roleValues: readonly string[];
};

/** Signs people in who have an account elsewhere. */
export interface IdentityProvider {
  /** What people call it. */
  readonly name: string;
  /** Where a browser is sent to, and what must be known when it comes back. */
  begin(): Promise<
    | { readonly outcome: 'begun'; readonly address: string; readonly attempt: SignInAttempt }
    | { readonly outcome: 'unreachable'; readonly reason: string }
  >;
  /**
   * Who came back, once everything was checked: state, code, signature, issuer, audience, time and nonce. `reason` is for the
   * log; it holds no token.
   */
  finish(
    returned: URLSearchParams,
    attempt: SignInAttempt,
  ): Promise<
    | { readonly outcome: 'known'; readonly identity: ProvidedIdentity }
    | { readonly outcome: 'refused'; readonly reason: string }
    | { readonly outcome: 'unreachable'; readonly reason: string }
  >;
}

/** What was begun and has not come back yet, by a token that the browser holds; only digests of tokens are kept. */
export interface SignInAttempts {
  /** `next` is the page that was asked for. */
  keep(attempt: SignInAttempt, next: string | null): Promise<string>;
  /** Once, and within ten minutes: of any number of callers at once, one is answered. */
  take(token: string): Promise<{ readonly attempt: SignInAttempt; readonly next: string | null } | undefined>;
}
