import { inject, injectable } from 'inversify';
import { z } from 'zod';
import type { CustomerOperations } from '../../../../application/customer/customer-effects.js';
import type { KeepProfiles } from '../../../../application/customer/keep-profiles.js';
import type {
  CustomerProfile,
  OptionalNotice,
  OrderedMethodKind,
} from '../../../../domain/customer/profile.js';
import { optionalNotices, orderedMethodKinds } from '../../../../domain/customer/profile.js';
import { taxIdTypes } from '../../../../domain/customer/tax-ids.js';
import { addressField, profileFields, taxIdsField } from '../../customer/customer-fields.js';
import { problemOfCustomerRejection } from '../../customer/customer-problems.js';
import { httpTokens } from '../../http-tokens.js';
import { textField } from '../../shared/fields.js';
import { acceptedBy } from '../../shared/handled.js';
import { parseInput } from '../../shared/parse-input.js';
import type { Page, PageAnswer, PageContext, PageController } from '../shared/page.js';
import { page } from '../shared/page.js';
import type { PortalArea, SignedIn } from './portal-area.js';
import { byCustomer } from './portal-area.js';

const noticeWords: Readonly<Record<OptionalNotice, string>> = {
  receipt: 'Receipts for payments',
  due_soon: 'Reminders before something is due',
  card_expiring: 'When a card expires',
  credit_expiring: 'When credit expires',
};

const kindWords: Readonly<Record<OrderedMethodKind, string>> = {
  card: 'A card',
  us_bank_account: 'A US bank account',
  sepa_debit: 'A SEPA direct debit',
};

const part = (max: number) => textField(max).optional();
const detailsForm = z.strictObject({
  name: part(200),
  phone: part(40),
  line1: part(200),
  line2: part(200),
  city: part(100),
  state: part(100),
  postal_code: part(20),
  country: part(2),
  tax_id_type: z.enum(taxIdTypes).optional(),
  tax_id: part(40),
});
const preferencesForm = z.strictObject({
  locale: part(35),
  time_zone: part(70),
  pay_by: z.enum(orderedMethodKinds).optional(),
  'notices[]': z.array(z.enum(optionalNotices)).optional(),
});
/** The API's own fields read what the form brings, so that both take the same. */
const details = z.strictObject({
  name: profileFields.name,
  phone: profileFields.phone,
  address: addressField.nullable(),
  tax_ids: taxIdsField.optional(),
});
const preferences = z.strictObject({ locale: profileFields.locale, time_zone: profileFields.time_zone });

/** What is known of a customer, for them to set right, and what they would rather have. */
@injectable()
export class DetailsPages implements PageController {
  readonly pages: readonly Page[];

  constructor(
    @inject(httpTokens.portalArea) area: PortalArea,
    @inject(httpTokens.customerOperations) private readonly customers: CustomerOperations,
    @inject(httpTokens.keepProfiles) private readonly profiles: KeepProfiles,
  ) {
    const back = () => '/portal/details';
    this.pages = [
      page(area, {
        method: 'get',
        path: '/portal/details',
        access: 'signed_in',
        handle: ({ visitor }) => this.show(visitor),
      }),
      page(area, {
        method: 'post',
        path: '/portal/details',
        access: 'signed_in',
        form: detailsForm,
        back,
        handle: ({ visitor, form, context }) => this.change(visitor, changeOfDetails(form), context),
      }),
      page(area, {
        method: 'post',
        path: '/portal/preferences',
        access: 'signed_in',
        form: preferencesForm,
        back,
        handle: ({ visitor, form, context }) => this.change(visitor, changeOfPreferences(form), context),
      }),
    ];
  }

  private async show({ customerId }: SignedIn): Promise<PageAnswer> {
    const profile = await this.profiles.read((await this.customers.load(customerId)).state);
    const notices = optionalNotices.map((name) => ({
      ...{ name, text: noticeWords[name] },
      on: !profile.noticesOff.includes(name),
    }));
    const kinds = orderedMethodKinds.map((name) => ({
      ...{ name, text: kindWords[name] },
      isFirst: profile.methodOrder[0] === name,
    }));
    const data = {
      kinds,
      profile,
      address: profile.billingAddress ?? {},
      taxId: profile.taxIds[0] ?? null,
      taxIdTypes,
      notices,
    };
    return { kind: 'page', template: '/portal/details', title: 'Your details', data };
  }

  private async change(
    visitor: SignedIn,
    change: (profile: CustomerProfile) => CustomerProfile,
    context: PageContext,
  ): Promise<PageAnswer> {
    const by = byCustomer(visitor, context);
    acceptedBy(await this.profiles.revise(visitor.customerId, change, by), problemOfCustomerRejection);
    const text = 'Saved. Invoices that you have already stay as they are.';
    return { kind: 'redirect', to: '/portal/details', told: { kind: 'good', text } };
  }
}

/** @throws Refused for what cannot be kept, before anything is changed */
function changeOfDetails(form: z.output<typeof detailsForm>): (profile: CustomerProfile) => CustomerProfile {
  const { name = null, phone = null, country, tax_id_type: type, tax_id: value, ...address } = form;
  const isEmpty = country === undefined && Object.values(address).every((line) => line === undefined);
  const given = parseInput(
    details,
    {
      ...{ name, phone },
      address: isEmpty ? null : { ...address, country: country?.toUpperCase() },
      ...(type === undefined || value === undefined ? {} : { tax_ids: [{ type, value }] }),
    },
    'body',
  );
  return (profile) => ({
    ...profile,
    name,
    phone: given.phone ?? null,
    billingAddress: given.address,
    // The form shows one; whoever has more keeps the others.
    taxIds: [...(given.tax_ids ?? []), ...profile.taxIds.slice(1)],
  });
}

function changeOfPreferences(
  form: z.output<typeof preferencesForm>,
): (profile: CustomerProfile) => CustomerProfile {
  const { locale = null, time_zone: zone = null, pay_by: payBy, 'notices[]': wanted = [] } = form;
  const given = parseInput(preferences, { locale, time_zone: zone }, 'body');
  return (profile) => ({
    ...profile,
    locale: given.locale ?? null,
    timeZone: given.time_zone ?? null,
    noticesOff: optionalNotices.filter((name) => !wanted.includes(name)),
    // The form asks for the first choice; whoever has more keeps the others behind it.
    methodOrder: payBy === undefined ? [] : [payBy, ...profile.methodOrder.filter((kind) => kind !== payBy)],
  });
}
