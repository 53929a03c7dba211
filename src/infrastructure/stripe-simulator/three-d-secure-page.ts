import { displayAmount } from './currencies.js';
import type { PaymentIntent, SetupIntent } from './resources.js';

/** The page on which a tester plays the cardholder: one button authenticates, the other refuses. */
export function threeDSecurePage(intent: PaymentIntent | SetupIntent): string {
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
<button name="outcome" value="succeed">Complete authentication</button>
<button name="outcome" value="fail">Fail authentication</button>
</form>`
      : `<p>Nothing to authenticate: ${escapeHtml(intent.id)} is ${escapeHtml(intent.status)}.</p>`;
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

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:3rem auto;padding:0 1rem}
button{font:inherit;padding:.5rem 1rem;margin:.25rem .5rem .25rem 0}</style>
</head><body><main><h1>${title}</h1>
${body}
<p><small>Stripe simulator: no money moves here.</small></p>
</main></body></html>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
