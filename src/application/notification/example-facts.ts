import type { LinkVariable, NoticeFacts } from './notice-kinds.js';

/** What a preview is filled with: one fact for each variable that any kind may name. */
export const exampleFacts: NoticeFacts = {
  amount: { amount: '123450', currency: 'EUR' },
  paid_on: { instant: '2026-11-01T09:30:00.000Z' },
  due_on: { date: '2026-12-01' },
  expires_on: { instant: '2026-12-31T22:59:59.000Z' },
  reference: { text: 'INV-2026-000042' },
  number: { text: 'INV-2026-000042' },
  part: { text: '2' },
  reason: { declined: 'insufficient_funds' },
  card: { text: 'visa •••• 4242' },
  expires: { text: '12/2026' },
  minutes: { text: '15' },
};

/** They lead nowhere. */
export const exampleLinks: Readonly<Record<LinkVariable, string>> = {
  pay_link: 'https://pay.example/pay/example',
  portal_link: 'https://pay.example/portal',
  sign_in_link: 'https://pay.example/portal/sign-in/example',
};
