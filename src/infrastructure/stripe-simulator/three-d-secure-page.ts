import { displayAmount } from './currencies.js';
import { escapeHtml, page } from './html-page.js';
import type { PaymentIntent, SetupIntent } from './resources.js';

/**
 * The page on which a tester plays the cardholder: one button authenticates, the other refuses.
 * @param returnTo where the cardholder goes afterwards, for an intent that was confirmed without saying so
 */
export function threeDSecurePage(intent: PaymentIntent | SetupIntent, returnTo: string | null): string {
  const payment = intent.object === 'payment_intent';
  const folder = payment ? 'payment_intents' : 'setup_intents';
  const what = payment
    ? `a payment of <strong>${escapeHtml(displayAmount(intent.amount, intent.currency))}</strong>`
    : 'the setup of a card';
  const action = `/sim/${folder}/${encodeURIComponent(intent.id)}/complete_action`;
  const body =
    intent.status === 'requires_action'
      ? `<p>The bank asks whether you approve ${what}.</p>
<form method="post" action="${action}">
${returnTo === null ? '' : `<input type="hidden" name="return_to" value="${escapeHtml(returnTo)}">`}
<button name="outcome" value="succeed">Complete authentication</button>
<button name="outcome" value="fail">Fail authentication</button>
</form>`
      : `<p>Nothing to authenticate: ${escapeHtml(intent.id)} is ${escapeHtml(intent.status)}.</p>
${returnTo === null ? '' : `<p><a href="${escapeHtml(returnTo)}">Go back</a></p>`}`;
  return page('3-D Secure test page', body);
}

/** What a payer sees when there is no page to go back to. */
export function finishedPage(status: string): string {
  return page('3-D Secure test page', `<p>Done. The status is now ${escapeHtml(status)}.</p>`);
}

/** Where the payer goes after authentication, with the parameters that Stripe adds. */
export function returnLocation(intent: PaymentIntent | SetupIntent, returnUrl: string, ok: boolean): string {
  const url = new URL(returnUrl);
  url.searchParams.set(intent.object, intent.id);
  url.searchParams.set(`${intent.object}_client_secret`, intent.client_secret);
  url.searchParams.set('redirect_status', ok ? 'succeeded' : 'failed');
  return url.toString();
}
