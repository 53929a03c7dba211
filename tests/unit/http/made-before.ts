import { v7 } from 'uuid';
import { later } from '../../../src/application/webhook/retry-schedule.js';
import { parsePaymentId } from '../../../src/domain/shared/ids.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { required, usd } from '../../support/payment-examples.js';
import type { RunningServer } from './running-server.js';

/** A payment that was made so many minutes ago; with `pm_3ds` its customer has yet to act. Answers its id. */
export async function madeBefore(
  { container }: Pick<RunningServer, 'container'>,
  minutes: number,
  confirmWith: string,
): Promise<string> {
  const commandId = v7();
  const paymentId = required(parsePaymentId(`pay_${commandId}`));
  const details = {
    ...{ paymentId, amount: usd(700), captureMethod: 'automatic' as const, customerId: null, orderId: null },
    ...{ description: null, metadata: {} },
  };
  const at = later(systemClock.now(), -minutes * 60_000);
  const actor = { kind: 'system', id: 'test' } as const;
  await container
    .get(httpTokens.paymentOperations)
    .run(
      paymentId,
      { type: 'CreatePayment', at, details, confirmWith },
      { commandId, correlationId: 'test', causationId: 'test', actor, reason: null },
    );
  return paymentId;
}
