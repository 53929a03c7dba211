import { z } from 'zod';
import { text, unitsByCurrency, urlOf } from './config-fields.js';
import { oidcVariables } from './config-oidc.js';

/** `demo` runs against the bundled Stripe simulator; `test` and `live` follow the Stripe key. */
export type Mode = 'demo' | 'test' | 'live';

/** How the numbers of documents look: `INV-{year}-{6}` is a prefix, the year, and at least six digits. */
export type NumberFormat = { readonly prefix: string; readonly withYear: boolean; readonly width: number };

/** Whom mails come from. The name stands for the business in their words. */
export type MailSender = { readonly name: string; readonly address: string };

function wholeNumber(from: number, to: number, byDefault: number, mend: string) {
  return z
    .string()
    .refine((value) => /^\d{1,9}$/.test(value) && Number(value) >= from && Number(value) <= to, {
      error: `is not a whole number from ${from} to ${to}`,
      params: { mend },
    })
    .transform(Number)
    .default(byDefault);
}

function limit(byDefault: number) {
  return wholeNumber(
    1,
    100_000_000,
    byDefault,
    'Set it to how many are let through; .env.example says in which time.',
  );
}
const numberPattern = /^([A-Za-z0-9][A-Za-z0-9._]{0,19})-(\{year\}-)?\{([1-9]|1[0-2])\}$/;

function numbers(byDefault: string) {
  return z
    .string()
    .refine((value) => numberPattern.test(value), {
      error: 'is not a format of numbers',
      params: { mend: `Use a prefix, the year if you like, and the number of digits: ${byDefault}.` },
    })
    .default(byDefault)
    .transform((value): NumberFormat => {
      const [, prefix = '', year, width] = numberPattern.exec(value) ?? [];
      return { prefix, withYear: year !== undefined, width: Number(width) };
    });
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

const senderPattern = /^(?:([^<>"\p{Cc}]{1,100}?) *<)?([^\s<>,;:"@]{1,64}@[^\s<>,;:"@]{1,190})>?$/u;

const addressPattern = /^[^\s<>,;:"@]{1,64}@[^\s<>,;:"@]{1,190}$/;
const addressesMax = 10;

const addresses = z
  .string()
  .default('')
  .transform((value) => value.split(',').flatMap((each) => (each.trim() === '' ? [] : [each.trim()])))
  .refine((list) => list.length <= addressesMax && list.every((each) => addressPattern.test(each)), {
    error: 'is not a list of mail addresses',
    params: { mend: `Name at most ${addressesMax} addresses, separated by commas, or unset it.` },
  });

const sender = z
  .string()
  .refine((value) => senderPattern.test(value), {
    error: 'is not a sender of mails',
    params: { mend: 'Use a name and an address, such as Acme <billing@acme.example>.' },
  })
  .nullable()
  .default(null)
  .transform((value): MailSender => {
    const [, name, address] =
      senderPattern.exec(value ?? 'Counterfoil <no-reply@counterfoil.localhost>') ?? [];
    return { name: name ?? address ?? '', address: address ?? '' };
  });

const hostName = z
  .string()
  .regex(/^[\w.:[\]-]{1,255}$/)
  .default('127.0.0.1');

/** Each variable by itself; `.env.example` explains them. */
export const variables = z.object({
  COUNTERFOIL_ROLE: z.enum(['api', 'worker', 'all']).default('all'),
  COUNTERFOIL_MODE: z.enum(['demo', 'test', 'live']).optional(),
  HOST: hostName,
  PORT: wholeNumber(0, 65_535, 4280, 'Set it to a free port, such as 4280.'),
  COUNTERFOIL_TRUSTED_PROXIES: wholeNumber(
    0,
    10,
    0,
    'Set it to the number of proxies in front of Counterfoil.',
  ),
  COUNTERFOIL_DATA_DIR: z.string().min(1).default('./.data'),
  DATABASE_URL: urlOf(
    ['postgres:', 'postgresql:'],
    'Use postgres://user:password@host:5432/database, or unset it for the embedded Postgres.',
  ),
  EVENTSTORE_URL: urlOf(
    ['esdb:', 'esdb+discover:'],
    'Use esdb://host:2113?tls=true, or unset it to keep the events in Postgres.',
  ),
  REDIS_URL: urlOf(['redis:', 'rediss:'], 'Use redis://host:6379, or unset it: Redis is optional.'),
  STRIPE_SECRET_KEY: text(
    /^[sr]k_(test|live)_[A-Za-z0-9_]{8,}$/,
    'is not a Stripe secret key',
    'Copy it from the Stripe dashboard (sk_test_... or sk_live_...), or unset it for demo mode.',
  ),
  STRIPE_WEBHOOK_SECRET: z.string().nullable().default(null),
  STRIPE_WEBHOOK_TOLERANCE_SECONDS: wholeNumber(
    1,
    3600,
    300,
    '0 would accept webhooks of any age; leave it at 300 seconds unless Stripe says otherwise.',
  ),
  STRIPE_API_BASE: urlOf(['http:', 'https:'], 'Use an address such as http://127.0.0.1:12111, or unset it.'),
  STRIPE_TIMEOUT_MS: wholeNumber(100, 80_000, 8000, 'Set it to the milliseconds to wait for Stripe.'),
  STRIPE_RATE_LIMIT_PER_SECOND: text(
    /^(0|[1-9]\d{0,4})$/,
    'is not a whole number from 0 to 99999',
    "Set it to Stripe's limit for the account, divided by the number of processes; 0 for none.",
  ),
  STRIPE_ENDPOINT_RATE_LIMIT_PER_SECOND: wholeNumber(
    1,
    99_999,
    25,
    "Set it to Stripe's limit for one endpoint, divided by the number of processes.",
  ),
  NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY: text(
    /^pk_(test|live)_[A-Za-z0-9_]{8,}$/,
    'is not a Stripe publishable key',
    'Copy it from the Stripe dashboard (pk_test_... or pk_live_...), or unset it.',
  ),
  SMTP_URL: urlOf(
    ['smtp:', 'smtps:'],
    'Use smtp://user:password@host:587 or smtps://user:password@host:465, or unset it.',
  ),
  COUNTERFOIL_MAIL_FROM: sender,
  COUNTERFOIL_ALERTS_TO: addresses,
  COUNTERFOIL_REPORTS_TO: addresses,
  COUNTERFOIL_REPORTS_HOUR: wholeNumber(0, 23, 6, 'Set it to an hour of the day, such as 6.'),
  COUNTERFOIL_REPORTS_LANGUAGE: z.enum(['en', 'de']).default('en'),
  COUNTERFOIL_DEMO_DATA: z.enum(['on', 'off']).optional(),
  COUNTERFOIL_PUBLIC_URL: urlOf(
    ['http:', 'https:'],
    'Use the address that customers open, such as https://pay.acme.example, or unset it.',
  ),
  COUNTERFOIL_BOOTSTRAP_API_KEY: text(
    /^sk_(test|live)_[A-Za-z0-9]{24,128}$/,
    'is not an API key of Counterfoil',
    'Make one of sk_test_ or sk_live_ and at least 24 random letters and digits.',
  ),
  COUNTERFOIL_CONSOLE: z.enum(['on', 'off']).optional(),
  COUNTERFOIL_CONSOLE_PORT: text(
    /^(\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5])$/,
    'is not a whole number from 0 to 65535',
    'Set it to a free port, such as 4281, or unset it to serve the console beside the API.',
  ),
  COUNTERFOIL_CONSOLE_HOST: hostName,
  COUNTERFOIL_CONSOLE_URL: urlOf(
    ['http:', 'https:'],
    'Use the address at which operators open the console, such as https://ops.acme.example, or unset it.',
  ),
  ...oidcVariables,
  COUNTERFOIL_DEMO_HISTORY: z.enum(['on', 'off']).default('off'),
  COUNTERFOIL_SECRET_KEY: text(
    /^[0-9a-f]{64}$/i,
    'is not 64 hexadecimal digits',
    'Make one with: openssl rand -hex 32.',
  ),
  COUNTERFOIL_LIMIT_REQUESTS_PER_KEY: limit(6_000),
  COUNTERFOIL_LIMIT_REQUESTS_PER_ADDRESS: limit(12_000),
  COUNTERFOIL_LIMIT_BAD_KEYS_PER_ADDRESS: limit(10),
  COUNTERFOIL_LIMIT_BAD_SIGNATURES_PER_ADDRESS: limit(30),
  COUNTERFOIL_LIMIT_DECLINES_PER_CUSTOMER: limit(10),
  COUNTERFOIL_LIMIT_DECLINES_PER_ADDRESS: limit(300),
  COUNTERFOIL_SECOND_PERSON_FROM: wholeNumber(
    0,
    999_999_999,
    1000,
    'Set it to an amount in units of any currency, such as 1000; 0 asks for two people always.',
  ),
  COUNTERFOIL_SHORT_PAYMENT_TOLERANCE: unitsByCurrency(),
  COUNTERFOIL_REFUND_APPROVAL_FROM: unitsByCurrency(),
  COUNTERFOIL_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).optional(),
  COUNTERFOIL_INLINE_BUDGET_MS: wholeNumber(50, 60_000, 10_000, 'Set it to the milliseconds a client waits.'),
  COUNTERFOIL_EFFECT_GRACE_MS: wholeNumber(
    100,
    600_000,
    12_000,
    'Set it above COUNTERFOIL_INLINE_BUDGET_MS.',
  ),
  COUNTERFOIL_EFFECT_LEASE_MS: wholeNumber(500, 600_000, 20_000, 'Set it above STRIPE_TIMEOUT_MS.'),
  COUNTERFOIL_READS_MAX: wholeNumber(1, 100_000, 256, 'Set it to the reads that are under way at once.'),
  COUNTERFOIL_WRITES_MAX: wholeNumber(1, 100_000, 512, 'Set it to the writes that are under way at once.'),
  COUNTERFOIL_TIME_ZONE: z
    .string()
    .refine(isTimeZone, {
      error: 'is not a time zone that this machine knows',
      params: { mend: 'Use a name of the IANA database, such as Europe/Paris.' },
    })
    .default('UTC'),
  COUNTERFOIL_INVOICE_NUMBERS: numbers('INV-{year}-{6}'),
  COUNTERFOIL_CREDIT_NOTE_NUMBERS: numbers('CN-{year}-{6}'),
  NODE_TLS_REJECT_UNAUTHORIZED: z.string().optional(),
  NODE_ENV: z.string().optional(),
  COUNTERFOIL_PRIVATE_NETWORK: z.enum(['on', 'off']).default('off'),
});

export type Environment = z.infer<typeof variables>;
