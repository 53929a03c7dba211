import type { ControlRequest } from './control-input.js';
import { ControlError } from './control-input.js';
import { escapeHtml, htmlAnswer, page } from './html-page.js';
import type { Answer } from './http-io.js';
import { methodFromParameters } from './method-objects.js';
import type { Parameters } from './parameters.js';
import type { PaymentMethod } from './resources.js';
import { confirmSetupIntent } from './setup-intents.js';
import type { SimulatorCore } from './simulator-core.js';
import { StripeFault } from './stripe-fault.js';

/**
 * The page on which a customer gives a card, as Stripe's own elements do: a number goes from the browser to here, and the
 * program that sent the customer gets the id of a payment method. With a setup intent the card is set up for later.
 *
 * GET  /sim/card?return_to=...[&setup_intent=...]
 * POST /sim/card  as a form: number, expiry, cvc, return_to, setup_intent
 */
export function cardRoute(core: SimulatorCore, request: ControlRequest): Answer {
  const given = new URLSearchParams(request.method === 'POST' ? request.body : request.query);
  const returnTo = returnAddress(given.get('return_to'));
  const setupIntent = given.get('setup_intent');
  if (request.method !== 'POST') return formPage({ returnTo, setupIntent, problem: null });
  try {
    const to =
      setupIntent === null ? methodMade(core, given, returnTo) : setUp(core, given, setupIntent, returnTo);
    core.commitAndSend();
    return { status: 303, body: '', headers: { Location: to } };
  } catch (error) {
    if (!(error instanceof StripeFault)) throw error;
    core.commitAndSend();
    return formPage({ returnTo, setupIntent, problem: error.fields.message ?? 'The card was not taken.' });
  }
}

/** Where a customer is sent back to; anything but a web address would run in the browser. */
export function returnAddress(text: string | null): string {
  const url = text !== null && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.toString();
  throw new ControlError('return_to must be an http or https address');
}

function methodMade(core: SimulatorCore, given: URLSearchParams, returnTo: string): string {
  const to = new URL(returnTo);
  to.searchParams.set('payment_method', methodOf(core, given).id);
  return to.toString();
}

/** The cardholder's bank may want to be asked, on the page of 3-D Secure. */
function setUp(core: SimulatorCore, given: URLSearchParams, id: string, returnTo: string): string {
  const { world } = core;
  const method = methodOf(core, given);
  const after = confirmSetupIntent(world, {
    ...{ id, subId: '', forcedDecline: null, idempotencyKey: null },
    requestId: world.ids.mint('req_', 14),
    params: new Map([['payment_method', { kind: 'string', value: method.id }]]),
  });
  if (after.status !== 'requires_action') return returnTo;
  return `${world.settings.publicUrl}/sim/3ds/${id}?return_to=${encodeURIComponent(returnTo)}`;
}

function methodOf(core: SimulatorCore, given: URLSearchParams): PaymentMethod {
  const [month = '', year = ''] = (given.get('expiry') ?? '').split('/').map((part) => part.trim());
  const fullYear = year.length === 2 ? `20${year}` : year;
  const card: Parameters = new Map([
    ['number', { kind: 'string', value: (given.get('number') ?? '').replaceAll(/[\s-]/g, '') }],
    ['exp_month', { kind: 'integer', value: Number(month) || 0 }],
    ['exp_year', { kind: 'integer', value: Number(fullYear) || 0 }],
    ['cvc', { kind: 'string', value: given.get('cvc') ?? '' }],
  ]);
  const params: Parameters = new Map([
    ['type', { kind: 'string', value: 'card' }],
    ['card', { kind: 'hash', value: card }],
  ]);
  return methodFromParameters(core.world, params, '');
}

function formPage(parts: {
  readonly returnTo: string;
  readonly setupIntent: string | null;
  readonly problem: string | null;
}): Answer {
  const { returnTo, setupIntent, problem } = parts;
  const hidden = (name: string, value: string): string =>
    `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`;
  const body = `${problem === null ? '' : `<p role="alert" class="problem">${escapeHtml(problem)}</p>`}
<form method="post" action="/sim/card">
${hidden('return_to', returnTo)}${setupIntent === null ? '' : hidden('setup_intent', setupIntent)}
<p><label for="number">Card number</label><input id="number" name="number" inputmode="numeric" autocomplete="cc-number" required></p>
<p class="two"><span><label for="expiry">Expires, month and year</label><input id="expiry" name="expiry" placeholder="12/34" autocomplete="cc-exp" required></span>
<span><label for="cvc">Security code</label><input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" required></span></p>
<p><button>Use this card</button> <a href="${escapeHtml(returnTo)}">Go back without a card</a></p>
</form>
<details><summary>Cards to try</summary><ul>
<li><code>4242 4242 4242 4242</code> pays</li>
<li><code>4000 0027 6000 3184</code> asks for 3-D Secure</li>
<li><code>4000 0000 0000 9995</code> has not enough money</li>
</ul><p>Any date to come and any three digits will do.</p></details>`;
  return htmlAnswer(200, page('Your card', body));
}
