import { ContainerModule } from 'inversify';
import { creditCodec } from '../application/credit/credit.codec.js';
import { createCustomerZones } from '../application/customer/customer-zones.js';
import { createCommandHandler } from '../application/shared/command-handler.js';
import { creditAccount } from '../domain/credit/credit.js';
import { PostgresCreditQueries } from '../infrastructure/read-models/credits.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { tokens } from './tokens.js';

/** Credit that customers were granted. */
export const creditModule = new ContainerModule(({ bind }) => {
  bind(httpTokens.creditHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({
        eventStore,
        decider: creditAccount,
        codec: creditCodec,
        category: 'creditAccount',
      }),
    [httpTokens.eventStore],
  );
  bind(httpTokens.creditQueries).toResolvedValue((pool) => new PostgresCreditQueries(pool), [tokens.pool]);
  bind(httpTokens.customerZones).toResolvedValue(
    (customers, profiles) => createCustomerZones({ customers, profiles }),
    [tokens.customerHandler, httpTokens.keepProfiles],
  );
});
