import { appendFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { Redis } from 'ioredis';
import pg from 'pg';

/**
 * Runs before the program and counts every crossing of its border from an API write on, the first one or the one that
 * CRASH_FROM says: each SQL statement, each batch of a projection, each Redis command, each request to Stripe, each answer to a client or to Stripe's webhook.
 * CRASH_AT=`k:before` or `k:after` ends the process at the k-th one as a power cut would; CRASH_LOG gets their names. With
 * CRASH_AT=`count` nothing ends it, and CRASH_LOG gets how many there were.
 * The program itself is untouched.
 */
const [wanted, side] = (process.env.CRASH_AT ?? '0:before').split(':');
const crashAt = Number(wanted);
const log = process.env.CRASH_LOG;
const armedFrom = Number(process.env.CRASH_FROM ?? 1);
let writes = 0;
let armed = false;
let count = 0;

function crash(name) {
  if (log) appendFileSync(log, `${count}:${side} ${name}\n`);
  process.kill(process.pid, 'SIGKILL');
}

/**
 * With CRASH_COUNTS=changes only what may change something: a batch of a projection is one transaction with its checkpoint,
 * and a process that dies at a read leaves what it would have left at the change before it.
 */
const isLeftOut = (name) =>
  process.env.CRASH_COUNTS === 'changes' && /^(batch of|select (?!.*append\()|Stripe GET)/.test(name);

/** Counts one crossing; the answer is to be called once its other side is reached. */
function cross(name) {
  if (!armed || isLeftOut(name)) return () => undefined;
  count += 1;
  const k = count;
  if (wanted === 'count' && log) writeFileSync(log, String(count));
  if (k === crashAt && side === 'before') crash(name);
  return () => {
    if (k === crashAt && side === 'after') crash(name);
  };
}

/** Looking whether there is anything to do changes nothing, unless something is found. */
const polls = new RegExp(
  [
    ...['claim_inbound_webhooks', 'from read_pending_effects\\.open_requests r', 'with due as'],
    ...['max\\(position\\)', 'where position > ', 'projection_checkpoint', 'from counterfoil\\.projections'],
    ...['parked_events', 'from counterfoil\\.policy_position', 'from counterfoil\\.policy_failures'],
    ...[
      'from counterfoil\\.test_clock',
      'from read_limits\\.',
      'update counterfoil\\.jobs set fencing_token',
    ],
  ].join('|'),
);

function crossPoll(name) {
  return (result) => {
    if ((result?.rows?.length ?? 0) > 0 && /claim_inbound|open_requests|with due as/.test(name)) {
      const reached = cross(name);
      reached();
    }
  };
}

const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (first, ...rest) {
  // Counterfoil's clients hand a query of the driver's to the driver, which has a text; a batch has many.
  const ready = typeof first?.submit === 'function';
  const batch = ready && first.text === undefined;
  const text = batch ? 'batch of a projection' : String(first?.text ?? first);
  const name = text.replaceAll(/\s+/g, ' ').trim().slice(0, 60);
  // The turn to run policies is taken whether there is anything for them or not.
  const isTurn = /counterfoil\.leases/.test(text) && (first?.values ?? rest[0])?.includes?.('policies');
  const isPoll = !batch && (isTurn || polls.test(text.replaceAll(/\s+/g, ' ')));
  const reached = isPoll ? crossPoll(name) : cross(name);
  if (ready) {
    const { callback } = first;
    first.callback = (error, result) => {
      reached(result);
      callback(error, result);
    };
    return query.call(this, first, ...rest);
  }
  return query.call(this, first, ...rest).then(
    (result) => {
      reached(result);
      return result;
    },
    (error) => {
      reached();
      throw error;
    },
  );
};

const { request } = http;
http.request = function (...args) {
  const options = args.find((arg) => typeof arg === 'object' && arg?.path !== undefined) ?? {};
  const reached = cross(`Stripe ${options.method ?? 'GET'} ${options.path ?? ''}`);
  const sent = request.apply(this, args);
  sent.prependOnceListener('response', reached);
  return sent;
};
syncBuiltinESMExports();

const { sendCommand } = Redis.prototype;
Redis.prototype.sendCommand = function (command, ...rest) {
  const reached = cross(`redis ${command.name}`);
  const sent = sendCommand.call(this, command, ...rest);
  void Promise.resolve(sent).then(reached, reached);
  return sent;
};

const { end } = http.ServerResponse.prototype;
http.ServerResponse.prototype.end = function (...args) {
  const reached = this.req?.method === 'POST' ? cross(`answer to ${this.req.url}`) : () => undefined;
  const last = args.at(-1);
  if (typeof last === 'function') args.pop();
  return end.call(this, ...args, () => {
    reached();
    if (typeof last === 'function') last();
  });
};

const { emit } = http.Server.prototype;
http.Server.prototype.emit = function (event, ...args) {
  if (event === 'request' && args[0]?.method === 'POST' && args[0].url?.startsWith('/v1/')) {
    writes += 1;
    if (writes === armedFrom) armed = true;
  }
  return emit.call(this, event, ...args);
};
