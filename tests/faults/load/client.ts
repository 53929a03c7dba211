import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect, isDeepStrictEqual } from 'node:util';
import type { ClientCommand, ClientHistory, Outcome, Shown } from '../four-books/client-history.js';
import type { Random } from './random.js';

type Body = Readonly<Record<string, unknown>>;
/**
 * Some twenty seconds, longer than a dead process's request is taken for under way. What another way of paying waits for may
 * be a person, who has a day for it, and no customer asks for as long as that.
 */
const conflictsMax = 30;

type Answer = { readonly status: number; readonly retryAfter: string | undefined; readonly body: Body };

/** One answer, as a client met it. */
export type Told = {
  /** By `performance.now()`. */
  readonly askedAt: number;
  readonly toldAt: number;
  /** Null where the connection ended, or the client gave up on it. */
  readonly status: number | null;
};

export type Client = {
  /**
   * Carries a command out as a careful integrator would: the same key again until there is a definite answer.
   * @param body or what makes it of the command's id, where it names a reason itself
   * @param copies how many do so at once, as by two clicks on one button; all must be told the same
   */
  send(
    command: Omit<ClientCommand, 'id'>,
    path: string,
    body: Body | ((id: string) => Body),
    copies?: number,
  ): Promise<Outcome>;
  close(): void;
};

/** Frozen servers hold a connection open for ever, so a client gives up on it and asks elsewhere. */
const timeoutMs = 12_000;

/**
 * @param urls every server that takes requests; each try goes to any of them
 * @param thinkMsMax customers look at what they were told before they go on; without it a crowd measures overload only
 * @param triesMax after so many ambiguous answers the client gives up, and never learns what became of it
 */
export function createClient(parts: {
  readonly urls: readonly string[];
  readonly apiKey: string;
  readonly history: ClientHistory;
  readonly random: Random;
  readonly triesMax: number;
  readonly thinkMsMax?: number;
  readonly onTold?: (told: Told) => void;
}): Client {
  const { urls, apiKey, history, random, triesMax, thinkMsMax = 0, onTold } = parts;
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });

  async function send(
    wanted: Omit<ClientCommand, 'id'>,
    path: string,
    body: Body | ((id: string) => Body),
    copies = 1,
  ): Promise<Outcome> {
    const command: ClientCommand = { ...wanted, id: randomUUID() };
    history.invoke(command);
    const sent = JSON.stringify(typeof body === 'function' ? body(command.id) : body);
    const asked = Array.from({ length: copies }, () => untilDefinite(command, path, sent));
    const outcome = sameOf(command, await Promise.all(asked));
    history.settle(command.id, outcome);
    await sleep(random.between(0, thinkMsMax));
    return outcome;
  }

  /** What copies of one command were told; whoever never learned anything contradicts nobody. */
  function sameOf({ id }: ClientCommand, outcomes: readonly Outcome[]): Outcome {
    const [first = { kind: 'info' } as const, ...others] = outcomes.filter(({ kind }) => kind !== 'info');
    for (const other of others) {
      if (!isDeepStrictEqual(other, first))
        history.complain(id, `told ${inspect(first)}, and ${inspect(other)}`);
    }
    return first;
  }

  async function untilDefinite(command: ClientCommand, path: string, body: string): Promise<Outcome> {
    let conflicts = 0;
    for (let attempt = 1; attempt <= triesMax && conflicts < conflictsMax; attempt += 1) {
      const askedAt = performance.now();
      const answer = await post(new URL(path, random.pick(urls)), command.id, body).catch(() => undefined);
      onTold?.({ askedAt, toldAt: performance.now(), status: answer?.status ?? null });
      const outcome = answer && read(command, answer);
      if (outcome !== undefined) return outcome;
      if (answer?.status === 409) conflicts += 1;
      const seconds = Number(answer?.retryAfter ?? 0);
      await sleep(seconds * 1000 + random.between(50, 250 * Math.min(attempt, 4)));
    }
    return { kind: 'info' };
  }

  /** Undefined for what says "ask again"; an answer that says neither yes, no nor when is complained of. */
  function read(command: ClientCommand, { status, retryAfter, body }: Answer): Outcome | undefined {
    if (status >= 200 && status < 300)
      return { kind: 'ok', settled: status !== 202, shown: shownIn(body, command) };
    const code = String(body['code']);
    const again = status === 503 || status === 429 || body['retryable'] === true;
    // A conflict with what is under way says that it may be asked again, and not always when.
    if (again && (retryAfter !== undefined || status === 409)) return undefined;
    if (again || status >= 500) {
      history.complain(
        command.id,
        `${status} ${code} ${again ? 'without Retry-After' : `(request ${String(body['request_id'])})`}`,
      );
      return undefined;
    }
    return { kind: 'fail', code: `${status} ${code}` };
  }

  function post(url: URL, key: string, body: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        {
          method: 'POST',
          agent,
          timeout: timeoutMs,
          headers: {
            authorization: `Bearer ${apiKey}`,
            'content-type': 'application/json',
            'idempotency-key': key,
            'x-reason': key,
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('aborted', () => reject(new Error('cut off')));
          response.on('end', () => {
            try {
              const parsed = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Body;
              const { 'retry-after': retryAfter } = response.headers;
              resolve({ status: response.statusCode ?? 0, retryAfter, body: parsed });
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.on('error', reject);
      sent.end(body);
    });
  }

  return { send, close: () => agent.destroy() };
}

/** Where an object says what it brought so far; others say nothing of the kind. */
const broughtIn: { readonly [kind in ClientCommand['kind']]?: string } = {
  create: 'amount_captured',
  confirm: 'amount_captured',
  capture: 'amount_captured',
  cancel: 'amount_captured',
  pay: 'amount_settled',
};

function shownIn(body: Body, { kind }: ClientCommand): Shown {
  const refund = kind === 'refund';
  const brought = broughtIn[kind];
  return {
    subject: String(refund ? body['payment'] : body['id']),
    refund: refund ? String(body['id']) : null,
    status: textIn(body, 'status'),
    amount: minorIn(body, 'amount'),
    currency: textIn(body, 'currency'),
    captured: brought === undefined ? null : BigInt(String(body[brought])),
  };
}

function textIn(body: Body, name: string): string | undefined {
  return name in body ? String(body[name]) : undefined;
}

function minorIn(body: Body, name: string): bigint | undefined {
  return name in body ? BigInt(String(body[name])) : undefined;
}
