import { PayPages } from './pay/pay-pages.js';

/** The pages of customers: where they pay, and where they look after their account. */
export const customerPages = [PayPages] as const;
