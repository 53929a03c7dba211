import { ContainerModule } from 'inversify';
import { planCodec } from '../application/plan/plan.codec.js';
import { createCommandHandler } from '../application/shared/command-handler.js';
import { plan } from '../domain/plan/plan.js';
import { httpTokens } from '../interfaces/http/http-tokens.js';
import { tokens } from './tokens.js';

/** Payment plans: when which part of an invoice falls due. */
export const planModule = new ContainerModule(({ bind }) => {
  bind(tokens.planHandler).toResolvedValue(
    (eventStore) =>
      createCommandHandler({ eventStore, decider: plan, codec: planCodec, category: 'paymentPlan' }),
    [httpTokens.eventStore],
  );
});
