import type { CollectionCommand, LegOutcome } from '../../src/domain/collection/collection.js';
import type {
  CollectionDetails,
  CollectionEvent,
  CollectionMode,
  Leg,
} from '../../src/domain/collection/events.js';
import {
  parseCollectionId,
  parseCustomerId,
  parseHoldId,
  parseInvoiceId,
  parseManualPaymentId,
  parsePaymentId,
} from '../../src/domain/shared/ids.js';
import { parseInstant } from '../../src/domain/shared/instant.js';
import { at, usd } from './payment-examples.js';

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a well-formed example was expected');
  return value;
}

const uuid = (n: number): string => `0193f1a0-0000-7000-8000-${n.toString().padStart(12, '0')}`;

export const creditLeg = (leg: number, minor: number): Leg => ({
  leg,
  tender: { kind: 'credit', holdId: known(parseHoldId(`hold_${uuid(100 + leg)}`)) },
  amount: usd(minor),
});

export const cardLeg = (leg: number, minor: number): Leg => ({
  leg,
  tender: {
    kind: 'card',
    paymentId: known(parsePaymentId(`pay_${uuid(200 + leg)}`)),
    paymentMethod: 'pm_card_visa',
    offSession: false,
    capture: 'manual',
  },
  amount: usd(minor),
});

export const chequeLeg = (leg: number, minor: number): Leg => ({
  leg,
  tender: { kind: 'manual', manualPaymentId: known(parseManualPaymentId(`mp_${uuid(300 + leg)}`)) },
  amount: usd(minor),
});

export function details(mode: CollectionMode, ...legs: readonly Leg[]): CollectionDetails {
  return {
    collectionId: known(parseCollectionId(`col_${uuid(1)}`)),
    invoiceId: known(parseInvoiceId(`inv_${uuid(2)}`)),
    customerId: known(parseCustomerId(`cus_${uuid(3)}`)),
    planPart: null,
    amount: usd(legs.reduce((total, { amount }) => total + Number(amount.minor), 0)),
    mode,
    legs,
    expiresAt: known(parseInstant('2026-11-02T09:30:00.000Z')),
  };
}

export const started = (mode: CollectionMode, ...legs: readonly Leg[]): CollectionEvent => ({
  type: 'CollectionStarted',
  at,
  ...details(mode, ...legs),
});
export const granted: CollectionEvent = { type: 'CollectionClaimGranted', at };
export const reserved = (leg: number): CollectionEvent => ({ type: 'CollectionLegReserved', at, leg });
export const settled = (leg: number, minor: number): CollectionEvent => ({
  type: 'CollectionLegSettled',
  at,
  leg,
  amount: usd(minor),
});
export const declined = { code: 'card_declined', message: 'The card was declined.' } as const;
export const legFailed = (leg: number): CollectionEvent => ({
  type: 'CollectionLegFailed',
  at,
  leg,
  ...declined,
});
export const released = (leg: number): CollectionEvent => ({ type: 'CollectionLegReleased', at, leg });

export const recordLeg = (leg: number, outcome: LegOutcome): CollectionCommand => ({
  type: 'RecordLeg',
  at,
  leg,
  outcome,
});
export const close: CollectionCommand = { type: 'CloseCollection', at };
