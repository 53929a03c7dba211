import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { field } from '../../support/api-client.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';
import { saveMethod } from './saved-method.js';

let app: RunningServer;
beforeEach(async () => {
  app = await startServer();
});
afterEach(() => app.stop());

const register = async () => String((await app.api.post('/v1/customers', {})).body['id']);
const pay = (more: Record<string, unknown>) =>
  app.api.post('/v1/payments', { amount: 5000, currency: 'USD', ...more });
const paymentsMade = async () =>
  (await app.eventStore.readAll(0n, 1_000)).filter(({ stream }) => stream.startsWith('payment-')).length;

/** A customer with a saved method, and what the provider calls the customer. */
async function withMethod(pm: string): Promise<{ readonly id: string; readonly atProvider: string }> {
  const id = await register();
  await saveMethod(app, id, pm);
  const shown = await app.api.get(`/v1/customers/${id}`);
  return { id, atProvider: String(field(shown.body, 'provider', 'customer')) };
}

describe('a payment of a customer', () => {
  it('is refused when there is no such customer, and nothing is recorded', async () => {
    const customer = 'cus_0193f1a0-0000-7000-8000-00000000dead';
    for (const more of [{}, { payment_method: 'pm_1', confirm: true }]) {
      const answer = await pay({ customer, ...more });
      expect([answer.status, answer.body['code'], answer.body['param']]).toEqual([
        404,
        'resource_missing',
        'customer',
      ]);
    }
    expect(await paymentsMade()).toBe(0);
    expect(app.gateway.calls).toEqual([]);
  });

  it('names the customer to the provider where the provider knows one', async () => {
    const stranger = await register();
    const { id, atProvider } = await withMethod('pm_1');
    await pay({ customer: stranger, payment_method: 'pm_2', confirm: true });
    await pay({ customer: id, payment_method: 'pm_1', confirm: true });
    await pay({ payment_method: 'pm_1', confirm: true });
    expect(app.gateway.payers).toEqual([null, { providerCustomerId: atProvider, offSession: false }, null]);
  });

  it('is made with a saved method while the customer is away', async () => {
    const { id, atProvider } = await withMethod('pm_1');
    const paid = await pay({ customer: id, payment_method: 'pm_1', confirm: true, off_session: true });
    expect([paid.status, paid.body['status']]).toEqual([201, 'succeeded']);
    expect(app.gateway.payers).toEqual([{ providerCustomerId: atProvider, offSession: true }]);
  });

  it('that the bank wants to authenticate is declined, says what to do, and goes on with the customer there', async () => {
    const { id } = await withMethod('pm_3ds');
    const away = await pay({ customer: id, payment_method: 'pm_3ds', confirm: true, off_session: true });
    expect(away.status).toBe(402);
    expect(away.body).toMatchObject({
      code: 'authentication_required',
      decline_code: 'authentication_required',
      advice: 'confirm_with_customer_present',
      detail: expect.stringContaining('without off_session'),
    });
    const path = `/v1/payments/${away.body['id']}/confirm`;
    const back = await app.api.post(path, { payment_method: 'pm_3ds' });
    expect([back.status, back.body['status']]).toEqual([200, 'requires_action']);
    const declined = await pay({ customer: id, payment_method: 'pm_declined', confirm: true });
    expect([declined.status, declined.body['advice']]).toEqual([402, undefined]);
  });

  it('is not tried off session with a method that the customer has not saved, or of nobody', async () => {
    const { id } = await withMethod('pm_1');
    const refused = [
      await pay({ customer: id, payment_method: 'pm_2', confirm: true, off_session: true }),
      await pay({ customer: await register(), payment_method: 'pm_1', confirm: true, off_session: true }),
    ];
    for (const { status, body } of refused) {
      expect([status, body['code'], body['param']]).toEqual([
        422,
        'payment_method_not_saved',
        'payment_method',
      ]);
    }
    const malformed = [
      await pay({ payment_method: 'pm_1', confirm: true, off_session: true }),
      await pay({ customer: id, off_session: true }),
      await pay({ customer: id, payment_method: 'pm_1', confirm: true, off_session: 'yes' }),
    ];
    for (const { status, body } of malformed) {
      expect([status, body['code'], body['param']]).toEqual([400, 'invalid_request', 'off_session']);
    }
    expect(await paymentsMade()).toBe(0);
    const ofNobody = await pay({});
    const confirm = await app.api.post(`/v1/payments/${ofNobody.body['id']}/confirm`, {
      payment_method: 'pm_1',
      off_session: true,
    });
    expect([confirm.status, confirm.body['code']]).toEqual([422, 'payment_method_not_saved']);
    expect(app.gateway.calls).toEqual([]);
  });

  it('that was made with a saved method stays so, though the method is gone when the answer was lost', async () => {
    const { id } = await withMethod('pm_1');
    await saveMethod(app, id, 'pm_2');
    const away = { customer: id, payment_method: 'pm_1', confirm: true, off_session: true };
    const send = () =>
      app.api.post('/v1/payments', { amount: 5000, currency: 'USD', ...away }, { 'idempotency-key': 'away' });
    const paid = await send();
    await app.api.send('DELETE', `/v1/customers/${id}/payment_methods/pm_1`, '', {});
    app.idempotency.loseAnswers();
    const again = await send();
    expect([again.status, again.body['id'], again.body['status']]).toEqual([
      ...[201, paid.body['id'], 'succeeded'],
    ]);
    expect((await pay(away)).body['code']).toBe('payment_method_not_saved');
  });
});
