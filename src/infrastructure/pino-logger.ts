import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { pino } from 'pino';
import type { Logger } from '../application/ports/logger.js';

/** Keys, webhook secrets and passwords in connection strings, wherever they stand in a text. */
const secrets =
  /\b(?:[srp]k_(?:test|live)|whsec|pi_\w+_secret|seti_\w+_secret)_\w+|(?<=:\/\/[^\s:/@]*:)[^\s@/]+(?=@)/g;

/** What every text with a secret in it holds; looking for these is much quicker than looking for the secrets. */
const signsOfSecrets = /_test_|_live_|whsec_|_secret_|:\/\//;

/** Fields that never belong in a log, wherever they stand. */
const secretFields: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'password',
  'secret',
  'secretKey',
  'client_secret',
  'clientSecret',
  'apiKey',
]);

const redacted = '[redacted]';

/**
 * JSON lines through pino, to the standard output by default. Each line is out when the call returns: a process that is killed
 * leaves what it said last, and a short write takes less than having another thread do it. Secrets are cut out of every
 * text, and out of fields by their name: a log is read by more people than a vault.
 */
export function createLogger(
  level: string,
  destination: DestinationStream = pino.destination({ sync: true }),
): Logger {
  const options = {
    level,
    base: { service: 'counterfoil' },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: (error: unknown) => scrub(pino.stdSerializers.err(error as Error)) },
    formatters: { log: (fields: Record<string, unknown>) => scrub(fields) as Record<string, unknown> },
    hooks: {
      logMethod(
        this: PinoLogger,
        args: Parameters<PinoLogger['info']>,
        method: (...args: unknown[]) => void,
      ) {
        method.apply(this, args.map((arg) => (typeof arg === 'string' ? scrub(arg) : arg)) as unknown[]);
      },
    },
  };
  return pino(options, destination);
}

/** Values without the secrets in them: this runs for every line, so it is a plain loop that looks at each value once. */
function scrub(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return signsOfSecrets.test(value) ? value.replace(secrets, redacted) : value;
  if (typeof value === 'bigint') return value.toString();
  if (value === null || typeof value !== 'object' || value instanceof Error || depth > 4) return value;
  if (Array.isArray(value)) return value.map((item) => scrub(item, depth + 1));
  const clean: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    clean[name] = secretFields.has(name) ? redacted : scrub(item, depth + 1);
  }
  return clean;
}
