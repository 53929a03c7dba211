import { BLOCKED_AS_FRAUDULENT, declineReason } from './decline-reasons.js';
import type { MethodBehaviour } from './method-behaviour.js';
import { APPROVES } from './method-behaviour.js';

/** A card of Stripe's public test table. */
export type TestCard = {
  readonly number: string;
  readonly brand: string;
  readonly funding: 'credit' | 'debit' | 'prepaid';
  readonly country: string;
  readonly behaviour: MethodBehaviour;
};

type Row = readonly [
  number: string,
  names: string,
  behaviour?: Partial<MethodBehaviour>,
  shape?: { readonly brand?: string; readonly funding?: TestCard['funding']; readonly country?: string },
];

const refuses = (declineCode: string): Partial<MethodBehaviour> => ({
  decline: declineReason(declineCode),
  attachable: false,
});
const NO_CHECK = APPROVES.checks;
const ELEVATED = { risk: 'elevated' } as const;
const challenge = { threeDSecure: 'challenge' } as const;

/**
 * The cards of https://docs.stripe.com/testing. Names are the part after `pm_card_` (also `tok_`), the older
 * spellings included.
 */
const ROWS: readonly Row[] = [
  ['4242424242424242', 'visa us'],
  ['4000056655665556', 'visa_debit', {}, { funding: 'debit' }],
  ['5555555555554444', 'mastercard', {}, { brand: 'mastercard' }],
  ['2223003122003222', '', {}, { brand: 'mastercard' }],
  ['5200828282828210', 'mastercard_debit', {}, { brand: 'mastercard', funding: 'debit' }],
  ['5105105105105100', 'mastercard_prepaid', {}, { brand: 'mastercard', funding: 'prepaid' }],
  [
    '378282246310005',
    'amex amex_threeDSecureNotSupported',
    { threeDSecure: 'unsupported' },
    { brand: 'amex' },
  ],
  ['371449635398431', '', { threeDSecure: 'unsupported' }, { brand: 'amex' }],
  ['6011111111111117', 'discover', {}, { brand: 'discover' }],
  ['6011000990139424', '', {}, { brand: 'discover' }],
  ['6011981111111113', 'discover_debit', {}, { brand: 'discover', funding: 'debit' }],
  ['3056930009020004', 'diners', {}, { brand: 'diners' }],
  ['36227206271667', '', {}, { brand: 'diners' }],
  ['6555900000604105', '', {}, { brand: 'discover', country: 'KR' }],
  ['3566002020360505', 'jcb', {}, { brand: 'jcb', country: 'JP' }],
  ['3530111333300000', '', {}, { brand: 'jcb', country: 'JP' }],
  ['6200000000000005', 'unionpay', {}, { brand: 'unionpay', country: 'CN' }],
  ['6200000000000047', '', {}, { brand: 'unionpay', country: 'CN', funding: 'debit' }],
  ['6205500000000000004', '', {}, { brand: 'unionpay', country: 'CN' }],
  ['4000002500001001', 'visa_cartesBancaires', {}, { country: 'FR' }],
  ['5555552500001001', 'mastercard_cartesBancaires', {}, { brand: 'mastercard', country: 'FR' }],
  ['4000050360000001', 'visa_debit_eftposAuCoBranded', {}, { funding: 'debit', country: 'AU' }],
  [
    '5555050360000080',
    'mastercard_debit_eftposAuCoBranded',
    {},
    { brand: 'mastercard', funding: 'debit', country: 'AU' },
  ],
  ['4000051230000072', 'debit_visaFsaProductCode debit_visaHsaProductCode', {}, { funding: 'debit' }],
  [
    '5200828282828897',
    'mastercard_debit_mastercardFsaProductCode',
    {},
    { brand: 'mastercard', funding: 'debit' },
  ],

  ['4000000000000002', 'visa_chargeDeclined chargeDeclined', refuses('generic_decline')],
  [
    '4000000000009995',
    'visa_chargeDeclinedInsufficientFunds chargeDeclinedInsufficientFunds visa_debit_chargeDeclinedInsufficientFunds',
    refuses('insufficient_funds'),
  ],
  ['4000000000009987', 'visa_chargeDeclinedLostCard chargeDeclinedLostCard', refuses('lost_card')],
  ['4000000000009979', 'visa_chargeDeclinedStolenCard chargeDeclinedStolenCard', refuses('stolen_card')],
  ['4000000000000069', 'chargeDeclinedExpiredCard visa_chargeDeclinedExpiredCard', refuses('expired_card')],
  [
    '4000000000000127',
    'chargeDeclinedIncorrectCvc visa_chargeDeclinedIncorrectCvc',
    refuses('incorrect_cvc'),
  ],
  [
    '4000000000000119',
    'chargeDeclinedProcessingError visa_chargeDeclinedProcessingError',
    refuses('processing_error'),
  ],
  ['4242424242424241', 'chargeDeclinedIncorrectNumber', refuses('incorrect_number')],
  [
    '4000000000006975',
    'visa_chargeDeclinedVelocityLimitExceeded chargeDeclinedVelocityLimitExceeded',
    refuses('card_velocity_exceeded'),
  ],
  ['', 'chargeDeclinedFraudulent visa_chargeDeclinedFraudulent', { ...refuses('fraudulent') }],
  [
    '4000000000000341',
    'chargeCustomerFail visa_chargeCustomerFail',
    { decline: declineReason('generic_decline') },
  ],
  ['', 'visa_chargeCustomerFailLostCard', { decline: declineReason('lost_card') }],
  ['', 'visa_chargeCustomerFailStolenCard', { decline: declineReason('stolen_card') }],

  ['4100000000000019', 'radarBlock', { decline: BLOCKED_AS_FRAUDULENT, risk: 'highest' }],
  ['4000000000004954', 'riskLevelHighest', { decline: BLOCKED_AS_FRAUDULENT, risk: 'highest' }],
  ['4000000000009235', 'riskLevelElevated', ELEVATED],
  ['4000000000000101', 'cvcCheckFail', { checks: { ...NO_CHECK, cvc: 'fail' } }],
  ['4000000000000036', 'avsZipFail', { checks: { ...NO_CHECK, postalCode: 'fail' } }],
  ['4000058400307872', 'cvcCheckFailElevatedRisk', { checks: { ...NO_CHECK, cvc: 'fail' }, ...ELEVATED }],
  [
    '4000058400306072',
    'avsZipFailElevatedRisk',
    { checks: { ...NO_CHECK, postalCode: 'fail' }, ...ELEVATED },
  ],
  ['4000000000000028', 'avsLine1Fail', { checks: { ...NO_CHECK, line1: 'fail' } }],
  ['4000000000000010', 'avsFail', { checks: { ...NO_CHECK, line1: 'fail', postalCode: 'fail' } }],
  [
    '4000000000000044',
    'avsUnchecked',
    { checks: { ...NO_CHECK, line1: 'unavailable', postalCode: 'unavailable' } },
  ],

  ['4000000000000259', 'createDispute', { dispute: 'fraudulent' }],
  ['4000000000002685', 'createDisputeProductNotReceived', { dispute: 'product_not_received' }],
  ['4000000000001976', 'createDisputeInquiry', { dispute: 'inquiry' }],
  ['4000000000005423', 'createIssuerFraudRecord', { dispute: 'early_fraud_warning' }],
  ['4000004040000079', 'createMultipleDisputes', { dispute: 'multiple' }],
  ['4000000404000038', 'createCe3EligibleDispute', { dispute: 'compelling_evidence_3' }],
  ['4000008400000779', 'createComplianceDispute', { dispute: 'compliance' }],

  ['4000000000007726', 'pendingRefund', { refund: 'pending' }],
  ['4000000000005126', 'refundFail', { refund: 'fails' }],
  ['4000000000000077', 'bypassPending', { funds: 'available' }],
  ['4000003720000278', 'bypassPendingInternational', { funds: 'available' }, { country: 'IE' }],

  [
    '4000002500003155',
    'authenticationRequiredOnSetup',
    { authentication: 'unless_set_up', ...challenge },
    { country: 'FR' },
  ],
  [
    '4000002760003184',
    'authenticationRequired',
    { authentication: 'always', ...challenge },
    { country: 'DE' },
  ],
  [
    '4000003800000446',
    'authenticationRequiredSetupForOffSession',
    { authentication: 'on_session', ...challenge },
    { country: 'IT' },
  ],
  [
    '4000008260003178',
    'authenticationRequiredChargeDeclinedInsufficientFunds',
    { authentication: 'on_session', decline: declineReason('insufficient_funds'), ...challenge },
    { country: 'GB' },
  ],
  ['4000000000003220', 'threeDSecure2Required', { authentication: 'always', ...challenge }],
  ['4000000000003063', 'threeDSecureRequired', { authentication: 'always', ...challenge }],
  [
    '4000008400001629',
    'threeDSecureRequiredChargeDeclined',
    { authentication: 'always', decline: declineReason('generic_decline'), ...challenge },
  ],
  [
    '4000008400001280',
    'threeDSecureRequiredProcessingError',
    { decline: declineReason('generic_decline'), threeDSecure: 'error' },
  ],
  ['4000000000003055', 'threeDSecureOptional', challenge],
  ['4000000000003097', 'threeDSecureOptionalProcessingError', { threeDSecure: 'error' }],
];

/** Approving Visa cards by country, as `country:number`; two more kinds per line where Stripe has them. */
const COUNTRY_CARDS =
  'ar:4000000320000021 br:4000000760000002 ca:4000001240000000 cl:4000001520000001 co:4000001700000003 ' +
  'cr:4000001880000005 ec:4000002180000000 mx:4000004840008001 pa:4000005910000000 py:4000006000000066 ' +
  'pe:4000006040000068 uy:4000008580000003 ae:4000007840000001 at:4000000400000008 be:4000000560000004 ' +
  'bg:4000001000000000 by:4000001120000005 hr:4000001910000009 cy:4000001960000008 cz:4000002030000002 ' +
  'dk:4000002080000001 ee:4000002330000009 fi:4000002460000001 fr:4000002500000003 de:4000002760000016 ' +
  'gi:4000002920000005 gr:4000003000000030 hu:4000003480000005 ie:4000003720000005 it:4000003800000008 ' +
  'lv:4000004280000005 li:4000004380000004 lt:4000004400000000 lu:4000004420000006 mt:4000004700000007 ' +
  'nl:4000005280000002 no:4000005780000007 pl:4000006160000005 pt:4000006200000007 ro:4000006420000001 ' +
  'sa:4000006820000007 si:4000007050000006 sk:4000007030000001 es:4000007240000007 se:4000007520000008 ' +
  'ch:4000007560000009 gb:4000008260000000 gb_debit:4000058260000005 gb_mastercard:5555558265554449 ' +
  'au:4000000360000006 cn:4000001560000002 hk:4000003440000004 in:4000003560000008 jp:4000003920000003 ' +
  'my:4000004580000002 nz:4000005540000008 sg:4000007020000003 tw:4000001580000008 ' +
  'th_credit:4000007640000003 th_debit:4000057640000008';

const BY_NAME = new Map<string, TestCard>();
const BY_NUMBER = new Map<string, TestCard>();

for (const [number, names, behaviour, shape] of ROWS) {
  const card: TestCard = {
    number: number === '' ? '4242424242424242' : number,
    brand: shape?.brand ?? 'visa',
    funding: shape?.funding ?? 'credit',
    country: shape?.country ?? 'US',
    behaviour: { ...APPROVES, ...behaviour },
  };
  for (const name of names.split(' ')) if (name !== '') BY_NAME.set(name, card);
  if (number !== '') BY_NUMBER.set(number, card);
}
for (const entry of COUNTRY_CARDS.split(' ')) {
  const [name = '', number = ''] = entry.split(':');
  const card: TestCard = {
    number,
    brand: name.endsWith('mastercard') ? 'mastercard' : 'visa',
    funding: name.endsWith('debit') ? 'debit' : 'credit',
    country: name.slice(0, 2).toUpperCase(),
    behaviour: APPROVES,
  };
  BY_NAME.set(name, card);
  BY_NUMBER.set(number, card);
}

/** The card behind a `pm_card_...` or `tok_...` test id. */
export function cardByTestId(id: string): TestCard | undefined {
  if (id.startsWith('pm_card_')) return BY_NAME.get(id.slice('pm_card_'.length));
  return id.startsWith('tok_') ? BY_NAME.get(id.slice('tok_'.length)) : undefined;
}

/** The card with this number, if it is one of Stripe's test numbers. */
export function cardByNumber(number: string): TestCard | undefined {
  return BY_NUMBER.get(number);
}

/** Every name that `pm_card_` accepts; the tests go through all of them. */
export function testCardNames(): readonly string[] {
  return [...BY_NAME.keys()];
}
