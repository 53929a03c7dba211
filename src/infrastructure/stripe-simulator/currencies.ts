import { invalidRequest } from './stripe-fault.js';

const TWO_DECIMAL =
  'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn bzd cad cdf chf cny ' +
  'cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq gyd hkd hnl htg huf idr ils inr isk jmd ' +
  'kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr ' +
  'nzd pab pen pgk php pkr pln qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd ' +
  'twd tzs uah ugx uyu uzs wst xcd xcg yer zar zmw';
const ZERO_DECIMAL = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
const THREE_DECIMAL = new Set('bhd jod kwd omr tnd'.split(' '));
/** Currencies without a minor unit that Stripe still writes with two decimals, which must be zeros. */
const PADDED = new Set(['isk', 'ugx']);

const CURRENCIES = [...TWO_DECIMAL.split(' '), ...ZERO_DECIMAL, ...THREE_DECIMAL];
const KNOWN = new Set(CURRENCIES);

/** Minimum charges that Stripe publishes, in minor units. */
const PUBLISHED_MINIMUMS: Readonly<Record<string, number>> = {
  usd: 50,
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
};

const SYMBOLS: Readonly<Record<string, string>> = { usd: '$', eur: '€', gbp: '£', jpy: '¥' };
const AMOUNT_MAX = 99_999_999;

/** How many decimals an amount of this currency has on the wire. */
export function decimalsOf(currency: string): 0 | 2 | 3 {
  if (ZERO_DECIMAL.has(currency)) return 0;
  return THREE_DECIMAL.has(currency) ? 3 : 2;
}

/** The smallest step that an amount of this currency may have: 10 for three decimals, 100 for ISK and UGX. */
export function amountStep(currency: string): number {
  if (THREE_DECIMAL.has(currency)) return 10;
  return PADDED.has(currency) ? 100 : 1;
}

/**
 * The least amount that may be charged. Where Stripe publishes none it asks for the equivalent of half a US
 * dollar; the simulator has no exchange rates and asks for 50 units (500 with three decimals).
 */
export function minimumAmount(currency: string): number {
  const published = PUBLISHED_MINIMUMS[currency];
  if (published !== undefined) return published;
  if (THREE_DECIMAL.has(currency)) return 500;
  return PADDED.has(currency) ? 5000 : 50;
}

/** The lower-case currency code, or the 400 that lists what is supported. */
export function parseCurrency(value: string): string {
  const currency = value.toLowerCase();
  if (!KNOWN.has(currency)) {
    throw invalidRequest(
      `Invalid currency: ${value}. Stripe currently supports these currencies: ${CURRENCIES.join(', ')}`,
      { param: 'currency' },
    );
  }
  return currency;
}

/** Refuses amounts that Stripe would not charge: too small, more than eight digits, or off the step. */
export function assertChargeableAmount(amount: number, currency: string, param: string): void {
  if (amount > AMOUNT_MAX) {
    throw invalidRequest(`Amount must be no more than ${displayAmount(AMOUNT_MAX, currency)}`, {
      code: 'amount_too_large',
      param,
    });
  }
  assertStep(amount, currency, param);
  const minimum = minimumAmount(currency);
  if (amount < minimum) {
    throw invalidRequest(`Amount must be at least ${displayAmount(minimum, currency)} ${currency}`, {
      code: 'amount_too_small',
      param,
    });
  }
}

/** Refuses an amount whose last digits the currency cannot carry. */
export function assertStep(amount: number, currency: string, param: string): void {
  const step = amountStep(currency);
  if (amount % step !== 0) {
    throw invalidRequest(
      `Invalid amount: amounts in ${currency} must be evenly divisible by ${step}, but you passed ${amount}.`,
      { code: 'invalid_charge_amount', param },
    );
  }
}

/** An amount as people read it: `$10.00`, `¥500`, `KWD 1.500`. */
export function displayAmount(amount: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(amount).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`;
  return `${SYMBOLS[currency] ?? `${currency.toUpperCase()} `}${whole}${fraction}`;
}
