import { resolve } from 'node:path';
import type { z } from 'zod';
import type { ConfigProblem, UnitsByCurrency } from './config-fields.js';
import type { OidcConfig } from './config-oidc.js';
import { oidcOf, oidcProblems } from './config-oidc.js';
import {
  consoleIsOn,
  consoleListen,
  keyMode,
  otherProblems,
  roleProblems,
  stripeProblems,
} from './config-problems.js';
import type { Environment, MailSender, Mode, NumberFormat } from './config-variables.js';
import { variables } from './config-variables.js';

/**
 * Everything that the environment may say, checked before anything starts. This is the only reader of the environment;
 * `.env.example` explains each variable.
 */
export type Config = {
  /** `api` serves HTTP and takes webhooks in, `worker` does what was recorded and runs the projections, `all` does both. */
  readonly role: 'api' | 'worker' | 'all';
  readonly mode: Mode;
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

/** The environment cannot be started with; each problem names its variable and the mend. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, problem, mend }) => `${variable} ${problem}. ${mend}`).join('\n'));
  }
}
const never: UnitsByCurrency = { of: new Map(), others: null };
/** So that the console has something to approve. */
const demoApproval: UnitsByCurrency = { of: new Map([['JPY', 150_000]]), others: 1_000 };
/** @throws InvalidConfig */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = variables.safeParse(withoutBlanks(environment));
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
function readersOf(given: readonly string[], env: Environment, mode: Mode): readonly string[] {
  const isKept = mode === 'demo' && env.SMTP_URL === null;
  return given.length === 0 && isKept ? ['operators@counterfoil.localhost'] : given;
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
function rateLimitOf(env: Environment, mode: Mode): Config['stripe']['rateLimit'] {
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

function modeOfKey(key: string | null): Mode {
  if (key === null) return 'demo';
  return keyMode(key);
}
function secretsIn(list: string | null): readonly string[] {
  return list === null ? [] : list.split(',').map((secret) => secret.trim());
}
