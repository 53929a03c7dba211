import type { TestBankAccount } from './bank-debits.js';
import { bankAccountByNumber, bankAccountByTestId } from './bank-debits.js';
import { declineReason } from './decline-reasons.js';
import { derivedText } from './ids.js';
import type { JsonObject } from './json.js';
import type { MethodBehaviour } from './method-behaviour.js';
import { clearableText, hash, integer, mergedMetadata, text } from './parameter-access.js';
import type { Parameters } from './parameters.js';
import { missingParameter } from './parameters.js';
import type { PaymentMethod } from './resources.js';
import { invalidRequest, StripeFault } from './stripe-fault.js';
import type { TestCard } from './test-cards.js';
import { cardByNumber, cardByTestId } from './test-cards.js';
import type { World } from './world.js';

const ADDRESS_KEYS = ['city', 'country', 'line1', 'line2', 'postal_code', 'state'] as const;
const DETAIL_KEYS = ['email', 'name', 'phone', 'tax_id'] as const;

/** Billing details with a parameter hash laid over what was there. */
export function billingDetails(before: JsonObject | null, change: Parameters | null | undefined): JsonObject {
  const address = change ? hash(change, 'address') : undefined;
  const beforeAddress = (before?.['address'] ?? null) as JsonObject | null;
  const details: Record<string, JsonObject[string]> = {
    address: Object.fromEntries(
      ADDRESS_KEYS.map((key) => [
        key,
        (address ? clearableText(address, key) : undefined) ?? beforeAddress?.[key] ?? null,
      ]),
    ),
  };
  for (const key of DETAIL_KEYS) {
    const given = change ? clearableText(change, key) : undefined;
    details[key] = given === undefined ? (before?.[key] ?? null) : given;
  }
  return details;
}

/** Makes a fresh payment method out of a test id; each use of a test id makes another one. */
export function methodFromTestId(world: World, id: string): PaymentMethod | null {
  const card = cardByTestId(id);
  if (card !== undefined) {
    const expiry = { month: 12, year: new Date(world.clock.nowMs()).getUTCFullYear() + 4 };
    return storeMethod(world, 'card', cardHash(card, expiry), card.behaviour, null);
  }
  const account = bankAccountByTestId(id);
  if (account === undefined) return null;
  return storeMethod(world, account.type, bankHash(account), account.behaviour, null);
}

/** Makes a payment method out of the parameters of `payment_methods.create` or `payment_method_data`. */
export function methodFromParameters(world: World, params: Parameters, parent: string): PaymentMethod {
  const type = text(params, 'type') ?? 'card';
  const own = hash(params, type);
  const name = (key: string): string => (parent === '' ? `${type}[${key}]` : `${parent}[${type}][${key}]`);
  if (!own) throw missingParameter(parent === '' ? type : `${parent}[${type}]`);
  if (type !== 'card') {
    const key = type === 'sepa_debit' ? 'iban' : 'account_number';
    const number = text(own, key);
    if (number === undefined) throw missingParameter(name(key));
    const account = bankAccountByNumber(
      type === 'sepa_debit' ? 'sepa_debit' : 'us_bank_account',
      number.replaceAll(' ', ''),
    );
    return storeMethod(world, type, bankHash(account), account.behaviour, params);
  }
  const token = text(own, 'token');
  if (token !== undefined) {
    const card = cardByTestId(token);
    if (card === undefined) throw invalidRequest(`No such token: '${token}'`, { param: name('token') });
    return storeMethod(world, 'card', cardHash(card, { month: 12, year: 2034 }), card.behaviour, params);
  }
  const { card, expiry } = typedCard(world, own, name);
  return storeMethod(world, 'card', cardHash(card, expiry), card.behaviour, params);
}

type Expiry = { readonly month: number; readonly year: number };

function typedCard(
  world: World,
  own: Parameters,
  name: (key: string) => string,
): { card: TestCard; expiry: Expiry } {
  const number = text(own, 'number')?.replaceAll(/[ -]/g, '');
  const month = integer(own, 'exp_month');
  const year = integer(own, 'exp_year');
  if (number === undefined) throw missingParameter(name('number'));
  if (month === undefined) throw missingParameter(name('exp_month'));
  if (year === undefined) throw missingParameter(name('exp_year'));
  if (!passesLuhn(number)) throw cardFault('incorrect_number', 'Your card number is incorrect.', 'number');
  const fullYear = year < 100 ? 2000 + year : year;
  const now = new Date(world.clock.nowMs());
  if (month < 1 || month > 12) {
    throw cardFault('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  }
  const thisYear = now.getUTCFullYear();
  if (fullYear < thisYear || fullYear > thisYear + 50) {
    throw cardFault('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  }
  if (fullYear === thisYear && month < now.getUTCMonth() + 1) {
    throw cardFault('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  }
  const cvc = text(own, 'cvc');
  if (cvc !== undefined && !/^\d{3,4}$/.test(cvc)) {
    throw cardFault('invalid_cvc', "Your card's security code is invalid.", 'cvc');
  }
  const card = cardByNumber(number);
  if (card === undefined) {
    const reason = declineReason('test_mode_live_card');
    throw new StripeFault(402, {
      type: 'card_error',
      code: reason.code,
      decline_code: reason.declineCode,
      message: reason.message,
    });
  }
  return { card: cvc === undefined ? withoutCvcCheck(card) : card, expiry: { month, year: fullYear } };
}

/** Without a security code there is nothing to check, so the check can neither pass nor fail. */
function withoutCvcCheck(card: TestCard): TestCard {
  const { behaviour } = card;
  const decline = behaviour.decline?.code === 'incorrect_cvc' ? null : behaviour.decline;
  return { ...card, behaviour: { ...behaviour, decline, checks: { ...behaviour.checks, cvc: null } } };
}

function cardFault(code: string, message: string, param: string): StripeFault {
  return new StripeFault(402, { type: 'card_error', code, message, param });
}

function passesLuhn(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  let sum = 0;
  for (let index = 0; index < number.length; index += 1) {
    const digit = Number(number[number.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

function storeMethod(
  world: World,
  type: string,
  own: JsonObject,
  behaviour: MethodBehaviour,
  params: Parameters | null,
): PaymentMethod {
  const id = world.ids.mint('pm_1');
  world.store.put('method_state', { id, behaviour, setUp: false, consumed: false });
  return world.store.put('payment_method', {
    id,
    object: 'payment_method',
    allow_redisplay: (params && text(params, 'allow_redisplay')) ?? 'unspecified',
    billing_details: billingDetails(null, params ? hash(params, 'billing_details') : null),
    [type]: own,
    created: world.clock.nowSeconds(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: params ? mergedMetadata({}, params) : {},
    type,
  });
}

function cardHash(card: TestCard, expiry: Expiry): JsonObject {
  const { checks, threeDSecure } = card.behaviour;
  return {
    brand: card.brand,
    checks: {
      address_line1_check: checks.line1,
      address_postal_code_check: checks.postalCode,
      cvc_check: checks.cvc,
    },
    country: card.country,
    display_brand: card.brand === 'amex' ? 'american_express' : card.brand,
    exp_month: expiry.month,
    exp_year: expiry.year,
    fingerprint: derivedText(`fingerprint:${card.number}`, 16),
    funding: card.funding,
    generated_from: null,
    last4: card.number.slice(-4),
    networks: { available: [card.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: threeDSecure !== 'unsupported' },
    wallet: null,
  };
}

function bankHash(account: TestBankAccount): JsonObject {
  const last4 = account.number.slice(-4);
  const fingerprint = derivedText(`fingerprint:${account.number}`, 16);
  if (account.type === 'sepa_debit') {
    return {
      bank_code: account.number.slice(4, 9),
      branch_code: '',
      country: account.number.slice(0, 2),
      fingerprint,
      generated_from: { charge: null, setup_attempt: null },
      last4,
    };
  }
  return {
    account_holder_type: 'individual',
    account_type: 'checking',
    bank_name: 'STRIPE TEST BANK',
    financial_connections_account: null,
    fingerprint,
    last4,
    networks: { preferred: 'ach', supported: ['ach'] },
    routing_number: '110000000',
    status_details: null,
  };
}
