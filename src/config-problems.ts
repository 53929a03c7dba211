import type { ConfigProblem } from './config-fields.js';
import { isLoopback } from './config-fields.js';
import { networkProblems } from './config-network.js';
import type { Environment, Mode } from './config-variables.js';

export function keyMode(key: string): 'test' | 'live' {
  return key.slice(3).startsWith('live_') ? 'live' : 'test';
}

export function consoleIsOn(env: Environment, mode: Mode): boolean {
  return env.COUNTERFOIL_CONSOLE === undefined ? mode === 'demo' : env.COUNTERFOIL_CONSOLE === 'on';
}

export function consoleListen(env: Environment): { readonly host: string; readonly port: number } | null {
  const { COUNTERFOIL_CONSOLE_PORT: port, COUNTERFOIL_CONSOLE_HOST: host } = env;
  return port === null ? null : { host, port: Number(port) };
}

export function stripeProblems(
  env: Environment,
  mode: Mode,
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

export function otherProblems(env: Environment, mode: Mode): readonly ConfigProblem[] {
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

function consoleProblems(env: Environment, mode: Mode): readonly ConfigProblem[] {
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
export function roleProblems(env: Environment, mode: Mode): readonly ConfigProblem[] {
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
