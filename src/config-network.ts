import type { ConfigProblem } from './config-fields.js';
import { isLoopback } from './config-fields.js';

type Addresses = {
  readonly DATABASE_URL: string | null;
  readonly EVENTSTORE_URL: string | null;
  readonly REDIS_URL: string | null;
  readonly COUNTERFOIL_PRIVATE_NETWORK: 'on' | 'off';
};

const privateNetwork = 'say COUNTERFOIL_PRIVATE_NETWORK=on where the network between them is wholly yours.';

/** Live data goes to the stores under TLS with checked certificates, or in the clear where it is said that it may. */
export function networkProblems(addresses: Addresses): readonly ConfigProblem[] {
  const { DATABASE_URL: database, EVENTSTORE_URL: eventStore, REDIS_URL: redis } = addresses;
  const inTheClear = addresses.COUNTERFOIL_PRIVATE_NETWORK === 'on';
  const problems: ConfigProblem[] = [];
  const refuse = (variable: string, problem: string, mend: string): void =>
    void problems.push({ variable, problem, mend });
  if (database !== null && isElsewhere(database)) {
    const mode = new URL(database).searchParams.get('sslmode');
    const mend = 'Add ?sslmode=verify-full, or ?sslmode=disable where the network is wholly yours.';
    if (mode === null) refuse('DATABASE_URL', 'does not say how live data is protected on its way', mend);
    if (mode === 'no-verify') refuse('DATABASE_URL', 'switches certificate checks off', mend);
  }
  if (eventStore !== null && isElsewhere(eventStore)) {
    const { searchParams } = new URL(eventStore);
    if (searchParams.get('tls') === 'false' && !inTheClear) {
      refuse('EVENTSTORE_URL', 'sends live events in the clear', `Remove tls=false, or ${privateNetwork}`);
    }
    if (searchParams.get('tlsVerifyCert') === 'false') {
      refuse('EVENTSTORE_URL', 'switches certificate checks off', 'Remove tlsVerifyCert=false.');
    }
  }
  if (redis !== null && isElsewhere(redis) && redis.startsWith('redis:') && !inTheClear) {
    const problem = 'sends what customers confirm live payments with in the clear';
    refuse('REDIS_URL', problem, `Use rediss://, or ${privateNetwork}`);
  }
  return problems;
}

/** A socket of this machine has no host. */
function isElsewhere(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname !== '' && !isLoopback(hostname);
}
