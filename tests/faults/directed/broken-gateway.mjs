import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';

/**
 * Breaks the program on purpose, in its own process and before it starts: BROKEN names how. With it the four books must
 * disagree, or the checker is worth nothing.
 */
const { StripePaymentGateway } = await import(
  pathToFileURL(`${process.env.BUILD}/parts/payment-gateway.js`).href
);

/** Each way takes a method of the gateway and answers the broken one. */
const ways = {
  /** As an SDK does that is given no key: a new one for each call. */
  random_key: (method) =>
    function (request) {
      return method.call(this, request, randomUUID());
    },
  /** As a breaker or a client does that takes silence for a no. */
  timeout_is_failure: (method) =>
    async function (request, key) {
      const answer = await method.call(this, request, key);
      if (answer.outcome !== 'unknown') return answer;
      return { outcome: 'refused', refusal: { code: 'timeout', message: 'no answer' }, final: false };
    },
  /** Tells success without asking whether it is so. */
  forgets_to_refund: (method, name) =>
    function (request, key) {
      if (name !== 'refund') return method.call(this, request, key);
      const { refundId, intentId, amount } = request;
      const value = { providerRefundId: `re_${refundId}`, refundId, intentId, amount };
      return { outcome: 'answered', value: { ...value, status: 'succeeded', failureReason: null } };
    },
};

const way = ways[process.env.BROKEN];
if (way === undefined) throw new Error(`BROKEN must be one of ${Object.keys(ways).join(', ')}`);
for (const name of ['confirm', 'capture', 'cancel', 'refund']) {
  StripePaymentGateway.prototype[name] = way(StripePaymentGateway.prototype[name], name);
}
