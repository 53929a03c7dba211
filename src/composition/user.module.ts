import { hkdfSync } from 'node:crypto';
import { ContainerModule } from 'inversify';
import { createCommandHandler } from '../application/shared/command-handler.js';
import { createProviderSignIn } from '../application/user/provider-sign-in.js';
import { createSignIn } from '../application/user/sign-in.js';
import { userCodec } from '../application/user/user.codec.js';
import { createUsers } from '../application/user/users.js';
import { user } from '../domain/user/user.js';
import { OpenidIdentityProvider } from '../infrastructure/oidc/openid-identity-provider.js';
import { PostgresAccessLog } from '../infrastructure/postgres/access-log.js';
import { PostgresSavedFilters } from '../infrastructure/postgres/saved-filters.js';
import { PostgresSignInAttempts } from '../infrastructure/postgres/sign-in-attempts.js';
import { PostgresSignInTries } from '../infrastructure/postgres/sign-in-tries.js';
import { PostgresUserAccounts } from '../infrastructure/postgres/user-accounts.js';
import { PostgresSessions, PostgresUserLinks } from '../infrastructure/postgres/user-sessions.js';
import { PostgresOverviewQueries } from '../infrastructure/read-models/overview.js';
import { AesSealing } from '../infrastructure/users/aes-sealing.js';
import { ScryptPasswords } from '../infrastructure/users/scrypt-passwords.js';
import { TotpCodes } from '../infrastructure/users/totp-codes.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { createConsoleArea } from '../interfaces/http/pages/admin/console-area.js';
import { redirectUriOf } from './addresses.js';
import { tokens } from './tokens.js';

/** Users of the console: who they are, how they sign in, and what is noted of it. */
export const userModule = new ContainerModule(({ bind }) => {
  bind(tokens.userHandler).toResolvedValue(
    (eventStore) => createCommandHandler({ eventStore, decider: user, codec: userCodec, category: 'user' }),
    [httpTokens.eventStore],
  );
  bind(tokens.userAccounts).toResolvedValue((pool) => new PostgresUserAccounts(pool), [tokens.pool]);
  bind(httpTokens.sessions).toResolvedValue((pool) => new PostgresSessions(pool), [tokens.pool]);
  bind(httpTokens.accessLog).toResolvedValue(
    (pool, logger) => new PostgresAccessLog(pool, logger),
    [tokens.pool, tokens.logger],
  );
  bind(tokens.passwords).toResolvedValue(() => new ScryptPasswords());
  bind(tokens.oneTimeCodes).toResolvedValue(() => new TotpCodes('Counterfoil'));
  bind(tokens.sealing).toResolvedValue(
    ({ secretKey }) => new AesSealing(derived(secretKey, 'counterfoil sealing')),
    [tokens.surroundings],
  );
  bind(httpTokens.users).toResolvedValue(
    (accounts, pool, sessions, handler, passwords, sealing, codes, apiKeys, clock) =>
      createUsers({
        ...{ accounts, sessions, handler, passwords, sealing, codes, apiKeys, clock },
        links: new PostgresUserLinks(pool),
      }),
    [
      tokens.userAccounts,
      tokens.pool,
      httpTokens.sessions,
      tokens.userHandler,
      tokens.passwords,
      tokens.sealing,
      tokens.oneTimeCodes,
      httpTokens.apiKeys,
      tokens.machineClock,
    ],
  );
  bind(httpTokens.signIn).toResolvedValue(
    (accounts, sessions, handler, passwords, sealing, codes, accessLog, pool, { secretKey }) =>
      createSignIn({
        ...{ accounts, sessions, handler, passwords, sealing, codes, accessLog },
        tries: new PostgresSignInTries(pool, derived(secretKey, 'counterfoil tries')),
      }),
    [
      tokens.userAccounts,
      httpTokens.sessions,
      tokens.userHandler,
      tokens.passwords,
      tokens.sealing,
      tokens.oneTimeCodes,
      httpTokens.accessLog,
      tokens.pool,
      tokens.surroundings,
    ],
  );
  bind(httpTokens.providerSignIn).toResolvedValue(
    (
      { config, consoleUrl },
      accounts,
      handler,
      users,
      sessions,
      apiKeys,
      signIn,
      accessLog,
      logger,
      pool,
      clock,
    ) =>
      config.oidc === null
        ? null
        : createProviderSignIn({
            ...{ accounts, handler, users, sessions, apiKeys, signIn, accessLog, logger, clock },
            provider: new OpenidIdentityProvider({ ...config.oidc, redirectUri: redirectUriOf(consoleUrl) }),
            mapping: config.oidc.roles,
            attempts: new PostgresSignInAttempts(pool),
          }),
    [
      tokens.surroundings,
      tokens.userAccounts,
      tokens.userHandler,
      httpTokens.users,
      httpTokens.sessions,
      httpTokens.apiKeys,
      httpTokens.signIn,
      httpTokens.accessLog,
      tokens.logger,
      tokens.pool,
      tokens.machineClock,
    ],
  );
  bind(httpTokens.overviewQueries).toResolvedValue(
    (pool, machineClock) => new PostgresOverviewQueries(pool, machineClock),
    [tokens.pool, tokens.machineClock],
  );
  bind(httpTokens.consoleArea).toResolvedValue(
    (signIn, accessLog, pool) =>
      createConsoleArea({ signIn, accessLog, savedFilters: new PostgresSavedFilters(pool) }),
    [httpTokens.signIn, httpTokens.accessLog, tokens.pool],
  );
});

/** A key of its own for each use of the one secret. */
function derived(secretKey: string, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(secretKey, 'hex'), '', use, 32));
}
