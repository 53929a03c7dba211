import { resolve } from 'node:path';
import { z } from 'zod';
import type { ConfigProblem, UnitsByCurrency } from './config-fields.js';
import { isLoopback, text, unitsByCurrency, urlOf } from './config-fields.js';
import { networkProblems } from './config-network.js';
import type { OidcConfig } from './config-oidc.js';
import { oidcOf, oidcProblems, oidcVariables } from './config-oidc.js';

/**
 * Everything that the environment may say, checked before anything starts. This is the only reader of the environment;
 * `.env.example` explains each variable.
 */
export type Config = {
  /** `api` serves HTTP and takes webhooks in, `worker` does what was recorded and runs the projections, `all` does both. */
  readonly role: 'api' | 'worker' | 'all';
  /** `demo` runs against the bundled Stripe simulator; `test` and `live` follow the Stripe key. */
  readonly mode: 'demo' | 'test' | 'live';
  readonly host: string;
  readonly port: number;
  /** Number of reverse proxies in front of us whose X-Forwarded-For is believed. */
  readonly trustedProxies: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** Null runs the embedded Postgres in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Null keeps the events in Postgres. */
  readonly eventStoreUrl: string | null;
  readonly redisUrl: string | null;
  readonly stripe: {
    /** Null in demo mode, where the simulator takes any. */
    readonly secretKey: string | null;
    /** Newest first; two while a secret is being rotated, none in demo mode. */
    readonly webhookSecrets: readonly string[];
    readonly webhookToleranceSeconds: number;
    /** Null is Stripe itself. */
    readonly apiBase: string | null;
    readonly timeoutMs: number;
    /** Calls per second that Stripe takes of this process; null sends every call at once. */
    readonly rateLimit: { readonly total: number; readonly perEndpoint: number } | null;
    readonly publishableKey: string | null;
  };
  readonly mail: {
    /** Null sends nothing: demo and test mode keep mails in an inbox of their own, live mode skips them. */
    readonly smtpUrl: string | null;
    readonly from: MailSender;
    /** Operators who are told of alerts. */
    readonly alertsTo: readonly string[];
    /** Operators who get the digest of each day and the summary of each week. */
    readonly reports: {
      readonly to: readonly string[];
      /** 0 to 23, in the business's time zone: when the day before is told. */
      readonly hour: number;
      readonly language: 'en' | 'de';
    };
  };
  /** Where customers reach this program, without a slash at its end; null for the address that it listens at. */
  readonly publicUrl: string | null;
  /** Whether a customer and an open invoice are made for a first look. */
  readonly demoData: boolean;
  readonly bootstrapApiKey: string | null;
  /** Whether an empty store is filled with three months of made-up business; in demo mode only. */
  readonly demoHistory: boolean;
  readonly console: {
    /** Whether /admin exists; only the demo has it unless it is asked for. */
    readonly on: boolean;
    /** Null serves /admin beside the API; with a port of its own it is at that port alone, whatever `host` is for the API. */
    readonly listen: { readonly host: string; readonly port: number } | null;
    /** Where operators open it, without a slash at its end; null for the address that it listens at. */
    readonly url: string | null;
    /** 32 bytes in hexadecimal, for what must be read again (second steps); null keeps one in `dataDir`. */
    readonly secretKey: string | null;
  };
  /** Null where operators sign in by passwords only. */
  readonly oidc: OidcConfig | null;
  /** From how many units of any currency on a manual payment is verified by a second person. */
  readonly secondPersonFromUnits: number;
  /** What a manual payment may be short by without the rest being asked for: in minor units, such as cents. */
  readonly shortPaymentTolerance: UnitsByCurrency;
  /** From how many units on a refund is approved by a second person; never where there are none. */
  readonly refundApprovalFrom: UnitsByCurrency;
  /** How much is let through in a minute, or in an hour for declines; who goes on is refused for longer and longer. */
  readonly limits: {
    readonly requestsPerKey: number;
    readonly requestsPerAddress: number;
    readonly badKeysPerAddress: number;
    readonly badSignaturesPerAddress: number;
    readonly declinesPerCustomer: number;
    readonly declinesPerAddress: number;
  };
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** How long a request waits for the provider before it answers 202. */
  readonly inlineBudgetMs: number;
  /** How long an open request is left to the process that recorded it before a worker takes it up. */
  readonly effectGraceMs: number;
  /** How long a worker has an open request to itself if it dies; longer than a call to the provider can take. */
  readonly effectLeaseMs: number;
  readonly invoicing: {
    /** Of the IANA database: where the business's days begin and end. */
    readonly timeZone: string;
    readonly invoiceNumbers: NumberFormat;
    readonly creditNoteNumbers: NumberFormat;
  };
  /** How many requests that read, and how many that write, are under way at once; as many again wait for a moment. */
  readonly readsMax: number;
  readonly writesMax: number;
};

/** How the numbers of documents look: `INV-{year}-{6}` is a prefix, the year, and at least six digits. */
type NumberFormat = { readonly prefix: string; readonly withYear: boolean; readonly width: number };

/** Whom mails come from. The name stands for the business in their words. */
type MailSender = { readonly name: string; readonly address: string };

/** The environment cannot be started with; each problem names its variable and the mend. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, problem, mend }) => `${variable} ${problem}. ${mend}`).join('\n'));
  }
}

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

const never: UnitsByCurrency = { of: new Map(), others: null };
/** So that the console has something to approve. */
const demoApproval: UnitsByCurrency = { of: new Map([['JPY', 150_000]]), others: 1_000 };

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

const schema = z.object({
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

type Environment = z.infer<typeof schema>;

/** @throws InvalidConfig */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = schema.safeParse(withoutBlanks(environment));
  if (!parsed.success) throw new InvalidConfig(parsed.error.issues.map(problemOf));
  const env = parsed.data;
  const mode = env.COUNTERFOIL_MODE ?? modeOfKey(env.STRIPE_SECRET_KEY);
  const webhookSecrets = secretsIn(env.STRIPE_WEBHOOK_SECRET);
  const problems = [
    ...stripeProblems(env, mode, webhookSecrets),
    ...otherProblems(env, mode),
    ...roleProblems(env, mode),
    ...oidcProblems(env),
  ];
  if (problems.length > 0) throw new InvalidConfig(problems);
  const demoHistory =
    mode === 'demo' && env.COUNTERFOIL_ROLE === 'all' && env.COUNTERFOIL_DEMO_HISTORY === 'on';
  return {
    role: env.COUNTERFOIL_ROLE,
    mode,
    host: env.HOST,
    port: env.PORT,
    trustedProxies: env.COUNTERFOIL_TRUSTED_PROXIES,
    dataDir: resolve(env.COUNTERFOIL_DATA_DIR),
    databaseUrl: env.DATABASE_URL,
    eventStoreUrl: env.EVENTSTORE_URL,
    redisUrl: env.REDIS_URL,
    stripe: {
      secretKey: env.STRIPE_SECRET_KEY,
      webhookSecrets,
      webhookToleranceSeconds: env.STRIPE_WEBHOOK_TOLERANCE_SECONDS,
      apiBase: env.STRIPE_API_BASE,
      timeoutMs: env.STRIPE_TIMEOUT_MS,
      rateLimit: rateLimitOf(env, mode),
      publishableKey: env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY,
    },
    mail: {
      smtpUrl: env.SMTP_URL,
      from: env.COUNTERFOIL_MAIL_FROM,
      alertsTo: readersOf(env.COUNTERFOIL_ALERTS_TO, env, mode),
      reports: {
        to: readersOf(env.COUNTERFOIL_REPORTS_TO, env, mode),
        hour: env.COUNTERFOIL_REPORTS_HOUR,
        language: env.COUNTERFOIL_REPORTS_LANGUAGE,
      },
    },
    publicUrl: withoutSlash(env.COUNTERFOIL_PUBLIC_URL),
    demoData: mode === 'demo' && wantsDemoData(env),
    bootstrapApiKey: env.COUNTERFOIL_BOOTSTRAP_API_KEY,
    demoHistory,
    console: {
      on: consoleIsOn(env, mode),
      listen: consoleListen(env),
      url: withoutSlash(env.COUNTERFOIL_CONSOLE_URL),
      secretKey: env.COUNTERFOIL_SECRET_KEY,
    },
    oidc: oidcOf(env),
    refundApprovalFrom: env.COUNTERFOIL_REFUND_APPROVAL_FROM ?? (demoHistory ? demoApproval : never),
    shortPaymentTolerance: env.COUNTERFOIL_SHORT_PAYMENT_TOLERANCE ?? never,
    secondPersonFromUnits: env.COUNTERFOIL_SECOND_PERSON_FROM,
    limits: {
      requestsPerKey: env.COUNTERFOIL_LIMIT_REQUESTS_PER_KEY,
      requestsPerAddress: env.COUNTERFOIL_LIMIT_REQUESTS_PER_ADDRESS,
      badKeysPerAddress: env.COUNTERFOIL_LIMIT_BAD_KEYS_PER_ADDRESS,
      badSignaturesPerAddress: env.COUNTERFOIL_LIMIT_BAD_SIGNATURES_PER_ADDRESS,
      declinesPerCustomer: env.COUNTERFOIL_LIMIT_DECLINES_PER_CUSTOMER,
      declinesPerAddress: env.COUNTERFOIL_LIMIT_DECLINES_PER_ADDRESS,
    },
    // In a terminal, the demo's own words matter more than each request's line.
    logLevel: env.COUNTERFOIL_LOG_LEVEL ?? (mode === 'demo' ? 'warn' : 'info'),
    inlineBudgetMs: env.COUNTERFOIL_INLINE_BUDGET_MS,
    effectGraceMs: env.COUNTERFOIL_EFFECT_GRACE_MS,
    effectLeaseMs: env.COUNTERFOIL_EFFECT_LEASE_MS,
    invoicing: {
      timeZone: env.COUNTERFOIL_TIME_ZONE,
      invoiceNumbers: env.COUNTERFOIL_INVOICE_NUMBERS,
      creditNoteNumbers: env.COUNTERFOIL_CREDIT_NOTE_NUMBERS,
    },
    readsMax: env.COUNTERFOIL_READS_MAX,
    writesMax: env.COUNTERFOIL_WRITES_MAX,
  };
}

/** The demo has an operator who reads the inbox. */
function readersOf(given: readonly string[], env: Environment, mode: Config['mode']): readonly string[] {
  const isKept = mode === 'demo' && env.SMTP_URL === null;
  return given.length === 0 && isKept ? ['operators@counterfoil.localhost'] : given;
}

function consoleIsOn(env: Environment, mode: Config['mode']): boolean {
  return env.COUNTERFOIL_CONSOLE === undefined ? mode === 'demo' : env.COUNTERFOIL_CONSOLE === 'on';
}

function consoleListen(env: Environment): Config['console']['listen'] {
  const { COUNTERFOIL_CONSOLE_PORT: port, COUNTERFOIL_CONSOLE_HOST: host } = env;
  return port === null ? null : { host, port: Number(port) };
}

function withoutSlash(url: string | null): string | null {
  return url?.replace(/\/+$/, '') ?? null;
}

/** By default where somebody has typed `npm start` and nothing else: a database of their own is theirs to fill. */
function wantsDemoData(env: Environment): boolean {
  return env.COUNTERFOIL_DEMO_DATA === undefined
    ? env.DATABASE_URL === null && env.COUNTERFOIL_ROLE === 'all'
    : env.COUNTERFOIL_DEMO_DATA === 'on' && env.COUNTERFOIL_ROLE !== 'worker';
}

/** Stripe's own limits, as it documents them; a stand-in at another address has none unless it is said. */
function rateLimitOf(env: Environment, mode: Config['mode']): Config['stripe']['rateLimit'] {
  const given = env.STRIPE_RATE_LIMIT_PER_SECOND;
  const usual = mode === 'demo' || env.STRIPE_API_BASE !== null ? 0 : mode === 'live' ? 100 : 25;
  const total = given === null ? usual : Number(given);
  const perEndpoint = Math.min(total, env.STRIPE_ENDPOINT_RATE_LIMIT_PER_SECOND);
  return total === 0 ? null : { total, perEndpoint };
}

/** Compose files and CI systems set a variable to nothing to mean "unset"; a webhook secret of nothing is a mistake. */
function withoutBlanks(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined || (value === '' && name !== 'STRIPE_WEBHOOK_SECRET') ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}

function problemOf(issue: z.core.$ZodIssue): ConfigProblem {
  const params = 'params' in issue ? (issue.params as { mend?: string } | undefined) : undefined;
  const options = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  return {
    variable: String(issue.path[0]),
    problem: options.length > 0 ? 'has a value that it cannot have' : issue.message,
    mend: params?.mend ?? (options.length > 0 ? `Use one of ${options.join(', ')}.` : 'See .env.example.'),
  };
}

function modeOfKey(key: string | null): Config['mode'] {
  if (key === null) return 'demo';
  return keyMode(key);
}

function keyMode(key: string): 'test' | 'live' {
  return key.slice(3).startsWith('live_') ? 'live' : 'test';
}

function secretsIn(list: string | null): readonly string[] {
  return list === null ? [] : list.split(',').map((secret) => secret.trim());
}

function stripeProblems(
  env: Environment,
  mode: Config['mode'],
  secrets: readonly string[],
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const key = env.STRIPE_SECRET_KEY;
  const refuse = (variable: string, problem: string, mend: string): void => {
    problems.push({ variable, problem, mend });
  };
  if (mode === 'demo' && key !== null && keyMode(key) === 'live') {
    refuse('STRIPE_SECRET_KEY', 'is a live key in demo mode', 'Unset it, or unset COUNTERFOIL_MODE=demo.');
  } else if (mode !== 'demo' && key === null) {
    refuse('STRIPE_SECRET_KEY', `is missing in ${mode} mode`, 'Copy it from the Stripe dashboard.');
  } else if (mode !== 'demo' && key !== null && keyMode(key) !== mode) {
    refuse('STRIPE_SECRET_KEY', `is a ${keyMode(key)} key in ${mode} mode`, 'Use a key of the same mode.');
  }
  if (key !== null && keyMode(key) === 'live' && env.STRIPE_API_BASE !== null) {
    refuse('STRIPE_API_BASE', 'would send a live key to another host', 'Unset it, or use a test key.');
  }
  if (mode !== 'demo' || env.STRIPE_WEBHOOK_SECRET !== null) {
    if (secrets.length === 0 || secrets.some((secret) => secret.length < 16)) {
      refuse(
        'STRIPE_WEBHOOK_SECRET',
        secrets.length === 0 ? `is missing in ${mode} mode` : 'is empty or shorter than 16 characters',
        'Copy the signing secret (whsec_...) of the webhook endpoint; two, separated by a comma, while rotating.',
      );
    }
    if (secrets.length > 2) {
      refuse('STRIPE_WEBHOOK_SECRET', 'has more than two secrets', 'Keep the new and the old one only.');
    }
  }
  const publishable = env.NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY;
  if (publishable !== null && key !== null && keyMode(publishable) !== keyMode(key)) {
    refuse(
      'NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY',
      'is of another mode than STRIPE_SECRET_KEY',
      'Use both of one mode.',
    );
  }
  return problems;
}

function otherProblems(env: Environment, mode: Config['mode']): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const apiKey = env.COUNTERFOIL_BOOTSTRAP_API_KEY;
  if (apiKey !== null && (keyMode(apiKey) === 'live') !== (mode === 'live')) {
    problems.push({
      variable: 'COUNTERFOIL_BOOTSTRAP_API_KEY',
      problem: `is a ${keyMode(apiKey)} key in ${mode} mode`,
      mend: `Start it with sk_${mode === 'live' ? 'live' : 'test'}_.`,
    });
  }
  if (apiKey === null && mode === 'live') {
    problems.push({
      variable: 'COUNTERFOIL_BOOTSTRAP_API_KEY',
      problem: 'is missing in live mode',
      mend: 'Make one of sk_live_ and at least 24 random letters and digits.',
    });
  }
  if (env.COUNTERFOIL_EFFECT_GRACE_MS < env.COUNTERFOIL_INLINE_BUDGET_MS) {
    problems.push({
      variable: 'COUNTERFOIL_EFFECT_GRACE_MS',
      problem: 'is below COUNTERFOIL_INLINE_BUDGET_MS',
      mend: 'Leave a request to its own process for as long as its client waits.',
    });
  }
  if (env.SMTP_URL !== null && env.COUNTERFOIL_MAIL_FROM.address.endsWith('@counterfoil.localhost')) {
    problems.push({
      variable: 'COUNTERFOIL_MAIL_FROM',
      problem: 'is missing beside SMTP_URL',
      mend: 'Say whom mails come from, such as Acme <billing@acme.example>.',
    });
  }
  if (mode === 'live' && env.COUNTERFOIL_PUBLIC_URL?.startsWith('http:')) {
    problems.push({
      variable: 'COUNTERFOIL_PUBLIC_URL',
      problem: 'leads live customers over a connection in the clear',
      mend: 'Use https://.',
    });
  }
  if (env.COUNTERFOIL_INVOICE_NUMBERS.prefix === env.COUNTERFOIL_CREDIT_NOTE_NUMBERS.prefix) {
    problems.push({
      variable: 'COUNTERFOIL_CREDIT_NOTE_NUMBERS',
      problem: 'has the prefix of COUNTERFOIL_INVOICE_NUMBERS',
      mend: 'Give each kind of document a prefix, and so a series, of its own.',
    });
  }
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === '0' && mode !== 'demo') {
    problems.push({
      variable: 'NODE_TLS_REJECT_UNAUTHORIZED',
      problem: 'switches certificate checks off',
      mend: 'Unset it; NODE_EXTRA_CA_CERTS adds a certificate authority of your own.',
    });
  }
  problems.push(...consoleProblems(env, mode));
  if (mode === 'live' && env.DATABASE_URL === null) {
    problems.push({
      variable: 'DATABASE_URL',
      problem: 'is missing in live mode',
      mend: 'Live money wants a Postgres with backups of its own, not the embedded one.',
    });
  }
  if (mode === 'live') problems.push(...networkProblems(env));
  const level = env.COUNTERFOIL_LOG_LEVEL;
  if (mode === 'live' && (level === 'debug' || level === 'trace')) {
    problems.push({
      variable: 'COUNTERFOIL_LOG_LEVEL',
      problem: `logs more of live business than its logs should hold`,
      mend: 'Use info, or look for the fault in test mode.',
    });
  }
  if (env.NODE_ENV === 'production' && mode === 'test' && env.COUNTERFOIL_MODE === undefined) {
    problems.push({
      variable: 'STRIPE_SECRET_KEY',
      problem: 'is a test key where NODE_ENV is production',
      mend: 'Use the live key; if it is meant, say COUNTERFOIL_MODE=test.',
    });
  }
  return problems;
}

function consoleProblems(env: Environment, mode: Config['mode']): readonly ConfigProblem[] {
  if (!consoleIsOn(env, mode)) return [];
  const problems: ConfigProblem[] = [];
  if (mode === 'live' && env.COUNTERFOIL_SECRET_KEY === null) {
    problems.push({
      variable: 'COUNTERFOIL_SECRET_KEY',
      problem: 'is missing in live mode with the console on',
      mend: 'Make one with: openssl rand -hex 32. Every process needs the same.',
    });
  }
  const listen = consoleListen(env);
  if (listen !== null && listen.port !== 0 && listen.port === env.PORT) {
    problems.push({
      variable: 'COUNTERFOIL_CONSOLE_PORT',
      problem: 'is the port of the API',
      mend: 'Give the console another, such as 4281, or unset it to serve both at one.',
    });
  }
  const url = env.COUNTERFOIL_CONSOLE_URL;
  if (mode === 'live' && url?.startsWith('http:') && !isLoopback(new URL(url).hostname)) {
    problems.push({
      variable: 'COUNTERFOIL_CONSOLE_URL',
      problem: 'leads operators of live money over a connection in the clear',
      mend: 'Use https://.',
    });
  }
  return problems;
}

/** Processes that share the work share one database and one Stripe; the embedded ones belong to a single process. */
function roleProblems(env: Environment, mode: Config['mode']): readonly ConfigProblem[] {
  const role = env.COUNTERFOIL_ROLE;
  if (role === 'all') return [];
  const problems: ConfigProblem[] = [];
  if (env.DATABASE_URL === null) {
    problems.push({
      variable: 'DATABASE_URL',
      problem: `is missing in role ${role}`,
      mend: 'Give every process the same Postgres, or use COUNTERFOIL_ROLE=all.',
    });
  }
  if (mode === 'demo') {
    problems.push({
      variable: 'STRIPE_SECRET_KEY',
      problem: `is missing in role ${role}`,
      mend: 'Give every process the same Stripe (`npm run simulator` is one, with STRIPE_API_BASE), or use COUNTERFOIL_ROLE=all.',
    });
  }
  return problems;
}
