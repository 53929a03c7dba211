import { describe, expect, it } from '@jest/globals';
import type { PaymentCommand } from '../../../src/domain/payment/commands.js';
import type { PaymentEvent } from '../../../src/domain/payment/events.js';
import { payment } from '../../../src/domain/payment/payment.js';
import { CorruptStream } from '../../../src/domain/shared/corrupt-stream.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { money } from '../../../src/domain/shared/money.js';
import { given } from '../../support/decider-specification.js';
import {
  actionRequired,
  at,
  authorized,
  canceled,
  cancelRequested,
  captured,
  captureRequested,
  confirmRequested,
  created,
  decline,
  declined,
  details,
  feeRecorded,
  intent,
  observe,
  processingStarted,
  usd,
} from '../../support/payment-examples.js';

const create: PaymentCommand = { type: 'CreatePayment', at, details, confirmWith: null };
const confirm: PaymentCommand = { type: 'ConfirmPayment', at, paymentMethod: 'pm_card_visa' };
const capture = (minor: number | null): PaymentCommand => ({
  type: 'CapturePayment',
  at,
  amount: minor === null ? null : usd(minor),
});
const cancel: PaymentCommand = { type: 'CancelPayment', at };
const paid = [created, confirmRequested(), authorized(), captured()];

describe('creating a payment', () => {
  it('records what is to be paid', () => {
    given(payment, []).when(create).then(created);
  });
  it('asks for the first attempt in the same breath when a payment method is given', () => {
    given(payment, [])
      .when({ ...create, confirmWith: 'pm_card_visa' })
      .then(created, confirmRequested());
  });
  it('is already done when the same payment is created again', () => {
    given(payment, paid).when(create).thenNothing();
  });
  it('is refused when the id stands for another payment', () => {
    given(payment, [created])
      .when({ ...create, details: { ...details, amount: usd(5001) } })
      .thenRejected({ code: 'payment_already_exists' });
  });
  it('is refused for nothing or less', () => {
    given(payment, [])
      .when({ ...create, details: { ...details, amount: usd(0) } })
      .thenRejected({ code: 'amount_not_positive' });
  });
});

describe('confirming', () => {
  it('counts a second attempt after a decline', () => {
    given(payment, [created, confirmRequested(), declined()]).when(confirm).then(confirmRequested(2));
  });
  it('waits for the attempt under way', () => {
    given(payment, [created, confirmRequested()])
      .when(confirm)
      .thenRejected({ code: 'payment_operation_in_progress' });
  });
  it.each<[string, readonly PaymentEvent[]]>([
    ['captured', paid],
    ['authorized', [created, confirmRequested(), authorized()]],
    ['canceled', [created, canceled()]],
    ['waiting for the customer', [created, confirmRequested(), actionRequired()]],
  ])('is refused once the payment is %s', (_name, history) => {
    given(payment, history).when(confirm).thenRejected({ code: 'payment_not_confirmable' });
  });
  it('is refused for a payment that does not exist', () => {
    given(payment, []).when(confirm).thenRejected({ code: 'payment_not_found' });
  });
});

describe('news of an attempt', () => {
  const asked = [created, confirmRequested()];
  it('takes the money of an automatic payment, with its fee', () => {
    const balance = { balanceTransactionId: 'txn_1', gross: usd(5000), fee: usd(175) };
    given(payment, asked)
      .when(observe(intent('succeeded', { balance }), 1))
      .then(authorized(), captured(), feeRecorded);
  });
  it('records a fee that becomes known later, once', () => {
    const balance = { balanceTransactionId: 'txn_1', gross: usd(5000), fee: usd(175) };
    const news = observe(intent('succeeded', { balance }));
    given(payment, paid).when(news).then(feeRecorded);
    given(payment, [...paid, feeRecorded])
      .when(news)
      .thenNothing();
  });
  it('records a decline with its reason', () => {
    given(payment, asked)
      .when(observe(intent('requires_payment_method', { decline: decline() }), 1))
      .then(declined());
  });
  it('knows old news of a decline by its charge, whatever attempt is under way', () => {
    given(payment, [...asked, declined(), confirmRequested(2)])
      .when(observe(intent('requires_payment_method', { decline: decline() })))
      .thenNothing();
  });
  it('takes a decline for the attempt under way only from the answer to that attempt', () => {
    for (const charge of [null, 'ch_browser']) {
      const news = intent('requires_payment_method', { decline: decline(charge) });
      given(payment, asked).when(observe(news)).thenNothing();
      given(payment, asked).when(observe(news, 1)).then(declined(1, charge));
    }
  });
  it('lets a late answer change nothing while a cancellation is asked for, either', () => {
    given(payment, [...asked, declined(), cancelRequested])
      .when(observe(intent('requires_action'), 1))
      .thenNothing();
  });
  it('lets a late answer to an earlier attempt change nothing', () => {
    given(payment, [...asked, declined(), confirmRequested(2)])
      .when(observe(intent('requires_action'), 1))
      .thenNothing();
  });
  it('waits for the customer, then for the bank, never the other way round', () => {
    given(payment, asked)
      .when(observe(intent('requires_action'), 1))
      .then(actionRequired());
    given(payment, [...asked, actionRequired()])
      .when(observe(intent('processing')))
      .then(processingStarted());
    given(payment, [...asked, processingStarted()])
      .when(observe(intent('requires_action')))
      .thenNothing();
  });
  it('records that the customer failed to authenticate', () => {
    given(payment, [...asked, actionRequired()])
      .when(observe(intent('requires_payment_method', { decline: decline(null) })))
      .then(declined(1, null));
  });
  it.each(['requires_payment_method', 'requires_action', 'processing', 'requires_capture'] as const)(
    'lets old news of %s change nothing after the capture',
    (status) => {
      given(payment, paid)
        .when(observe(intent(status, { decline: decline('ch_other') })))
        .thenNothing();
    },
  );
  it('holds an authorization for a manual capture', () => {
    given(payment, asked)
      .when(observe(intent('requires_capture'), 1))
      .then(authorized());
  });
  it('gives news of another amount, intent or outcome to a person', () => {
    const contradiction = { code: 'provider_contradicts_history' } as const;
    given(payment, asked)
      .when(observe(intent('succeeded', { amount: usd(4999) })))
      .thenRejected(contradiction);
    given(payment, paid)
      .when(observe(intent('succeeded', { intentId: 'pi_2' })))
      .thenRejected(contradiction);
    given(payment, paid)
      .when(observe(intent('canceled')))
      .thenRejected(contradiction);
    given(payment, paid)
      .when(observe(intent('succeeded', { received: usd(1) })))
      .thenRejected(contradiction);
    given(payment, asked)
      .when(observe(intent('succeeded', { received: usd(0) })))
      .thenRejected(contradiction);
    given(payment, [created, canceled()])
      .when(observe(intent('succeeded')))
      .thenRejected(contradiction);
  });
  it('sends a refused request back for another payment method, or ends the payment when none would do', () => {
    const refusal = { code: 'resource_missing', message: 'No such PaymentMethod.' };
    const refused = { type: 'RecordConfirmRefused', at, attempt: 1, refusal } as const;
    given(payment, asked)
      .when({ ...refused, final: false })
      .then({
        type: 'PaymentDeclined',
        at,
        attempt: 1,
        intentId: null,
        ...refusal,
        declineCode: null,
        chargeId: null,
      });
    given(payment, asked)
      .when({ ...refused, final: true })
      .then({ type: 'PaymentFailed', at, ...refusal });
    given(payment, paid)
      .when({ ...refused, final: true })
      .thenNothing();
  });
});

describe('capturing', () => {
  const held = [created, confirmRequested(), authorized()];
  it('asks for the whole authorization by default, or for a part', () => {
    given(payment, held).when(capture(null)).then(captureRequested());
    given(payment, held).when(capture(3000)).then(captureRequested(3000));
  });
  it('refuses more than was authorized, nothing, and another currency', () => {
    given(payment, held).when(capture(5001)).thenRejected({ code: 'capture_exceeds_authorization' });
    given(payment, held).when(capture(0)).thenRejected({ code: 'amount_not_positive' });
    given(payment, held)
      .when({ type: 'CapturePayment', at, amount: money(1n, 'EUR') })
      .thenRejected({ code: 'currency_mismatch' });
  });
  it('takes a part and lets the rest go', () => {
    given(payment, [...held, captureRequested(3000)])
      .when(observe(intent('succeeded', { received: usd(3000) })))
      .then(captured(3000));
  });
  it('refuses a second capture', () => {
    given(payment, [...held, captureRequested()])
      .when(capture(null))
      .thenRejected({ code: 'payment_operation_in_progress' });
    given(payment, [...held, captureRequested(), captured()])
      .when(capture(null))
      .thenRejected({ code: 'payment_not_capturable' });
  });
  it('is refused after a cancellation', () => {
    given(payment, [...held, cancelRequested])
      .when(capture(null))
      .thenRejected({ code: 'payment_not_capturable' });
    given(payment, [...held, cancelRequested, canceled(5000)])
      .when(capture(null))
      .thenRejected({ code: 'payment_not_capturable' });
  });
  it('goes back to the authorization when the provider refuses', () => {
    const refusal = { code: 'charge_expired_for_capture', message: 'The charge has expired.' };
    const state = given(payment, [...held, captureRequested()])
      .when({ type: 'RecordCaptureRefused', at, refusal })
      .then({ type: 'PaymentCaptureRefused', at, ...refusal });
    expect(state.status).toBe('authorized');
  });
});

describe('canceling', () => {
  it('ends a payment that the provider never heard of at once', () => {
    given(payment, [created]).when(cancel).then(canceled(0, null));
  });
  it('asks the provider otherwise, and releases the authorization', () => {
    const held = [created, confirmRequested(), authorized()];
    given(payment, held).when(cancel).then(cancelRequested);
    given(payment, [...held, cancelRequested])
      .when(observe(intent('canceled')))
      .then(canceled(5000));
  });
  it('is already done for a canceled payment, and refused for a captured one', () => {
    given(payment, [created, canceled()]).when(cancel).thenNothing();
    given(payment, paid).when(cancel).thenRejected({ code: 'payment_not_cancelable' });
  });
  it('loses to a payment that succeeded in the meantime', () => {
    given(payment, [created, confirmRequested(), actionRequired(), cancelRequested])
      .when(observe(intent('succeeded')))
      .then(authorized(), captured());
  });
  it('follows an authorization or a decline that happens while it is asked for', () => {
    const asking = [created, confirmRequested(), actionRequired(), cancelRequested];
    expect(
      given(payment, asking)
        .when(observe(intent('requires_capture')))
        .then(authorized()),
    ).toMatchObject({
      status: 'canceling',
      from: { status: 'authorized' },
    });
    const news = intent('requires_payment_method', { decline: decline() });
    expect(given(payment, asking).when(observe(news)).then(declined())).toMatchObject({
      status: 'canceling',
      from: { status: 'requires_payment_method' },
    });
  });
});

describe('a history that cannot have happened', () => {
  it.each<[string, readonly PaymentEvent[]]>([
    ['a capture before an authorization', [created, captured()]],
    ['a second creation', [created, created]],
    ['a capture of nothing', [captured()]],
    ['a cancellation after a capture', [...paid, canceled()]],
    [
      'a refund before the capture',
      [created, { type: 'RefundCanceled', at, refundId: 're_x' as never, amount: usd(1) }],
    ],
  ])('stops the fold: %s', (_name, history) => {
    expect(() => fold(payment, history)).toThrow(CorruptStream);
  });
});
