import { z } from 'zod';
import { parseCustomerId } from '../../../domain/shared/ids.js';
import { expandField } from '../shared/expand.js';
import {
  createdParameters,
  idField,
  integer,
  listOf,
  oneCursor,
  oneCursorRefusal,
  pageParameters,
  timestamp,
} from '../shared/fields.js';
import { addressField, preferencesFields, profileFields, taxIdsField } from './customer-fields.js';

const customerId = idField(parseCustomerId, 'cus');

export const customerParams = z.strictObject({ id: customerId });

export const createCustomerBody = z.strictObject(profileFields).meta({ id: 'CreateCustomer' });

export const changeCustomerBody = z
  .strictObject(profileFields)
  .meta({ id: 'ChangeCustomer', description: 'What is not named stays; null empties a field.' });

export const preferencesBody = z.strictObject(preferencesFields).meta({ id: 'CustomerPreferences' });
export const billingAddressBody = addressField.meta({ id: 'BillingAddress' });
export const taxIdsBody = z.strictObject({ tax_ids: taxIdsField }).meta({ id: 'CustomerTaxIds' });

export const listCustomersQuery = z
  .strictObject({
    ...pageParameters(customerId),
    ...createdParameters,
    email: z.string().min(1).max(254).optional(),
  })
  .refine(oneCursor, oneCursorRefusal);

const addressSchema = z.object({
  line1: z.string().nullable(),
  line2: z.string().nullable(),
  city: z.string().nullable(),
  state: z.string().nullable(),
  postal_code: z.string().nullable(),
  country: z.string(),
});

export const customerSchema = z
  .object({
    id: z.string(),
    object: z.literal('customer'),
    name: z.string().nullable(),
    email: z.string().nullable(),
    phone: z.string().nullable(),
    billing_address: addressSchema.nullable(),
    tax_ids: z.array(z.object({ type: z.string(), value: z.string() })),
    locale: z.string().nullable(),
    time_zone: z.string().nullable(),
    currencies: z.array(z.string()),
    notices_off: z.array(z.string()),
    payment_method_order: z.array(z.string()),
    default_payment_method: z.string().nullable(),
    metadata: z.record(z.string(), z.string()),
    provider: z.object({ name: z.literal('stripe'), customer: z.string().nullable() }),
    profile_version: integer('Grows with each revision of the profile.'),
    revision: integer('Revision of the last event; also the ETag.'),
    livemode: z.boolean(),
    created_at: timestamp,
  })
  .meta({ id: 'Customer' });

/** The field of a query by which what belongs to a customer shows the customer in full, and the query of one such thing. */
export const expandCustomer = expandField(['customer']);
export const expandCustomerQuery = z.strictObject(expandCustomer);

/** Of what belongs to a customer: the id, or the customer in full where `expand[]` asks for it. */
export const customerOrId = z.union([z.string(), customerSchema]);

export const customerListSchema = listOf(customerSchema).meta({ id: 'CustomerList' });
