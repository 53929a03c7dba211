import { InboxPages } from './inbox/inbox-pages.js';
import { PayPages } from './pay/pay-pages.js';
import { DetailsPages } from './portal/details-pages.js';
import { DocumentPages } from './portal/document-pages.js';
import { InvoicePages } from './portal/invoice-pages.js';
import { MethodPages } from './portal/method-pages.js';
import { MoneyPages } from './portal/money-pages.js';
import { OverviewPages } from './portal/overview-pages.js';
import { SignInPages } from './portal/sign-in-pages.js';

/** The pages of customers: where they pay, and where they look after their account. */
export const customerPages = [
  PayPages,
  SignInPages,
  OverviewPages,
  InvoicePages,
  MoneyPages,
  MethodPages,
  DetailsPages,
  DocumentPages,
  InboxPages,
] as const;
