import { afterAll, describe, expect, it } from '@jest/globals';
import { createContainer } from '../../../src/composition/container.js';
import { tokens } from '../../../src/composition/tokens.js';
import { readConfig } from '../../../src/config.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { silentLogger } from '../../support/postgres.js';

/** A missing binding is an error at run time only, so each token is asked for once. Nothing here connects to anything. */
describe('the container', () => {
  const container = createContainer({
    config: readConfig({}),
    logger: silentLogger,
    databaseUrl: 'postgres://nobody@127.0.0.1:9/nothing',
    EventStoreDb: null,
    secretKey: '0'.repeat(64),
    stripe: {
      secretKey: 'sk_test_0123456789abcdef',
      apiBase: 'http://127.0.0.1:9',
      webhookSecrets: ['whsec_0123456789abcdef'],
      simulated: true,
    },
    ...{ publicUrl: 'http://127.0.0.1:9', consoleUrl: 'http://127.0.0.1:9' },
  });

  afterAll(async () => {
    await container.get(httpTokens.eventStore).close();
  });

  it.each(Object.entries({ ...tokens, ...httpTokens }))(
    'resolves %s, and the same one twice',
    async (_name, token) => {
      const first = await container.getAsync<unknown>(token as never);
      expect(first).toBeDefined();
      expect(await container.getAsync<unknown>(token as never)).toBe(first);
    },
  );
});
