import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import services from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type messages from '@eventstore/db-client/generated/streams_pb.js';
import type {
  ServerDuplexStream,
  ServerReadableStream,
  ServerWritableStream,
  sendUnaryData,
} from '@grpc/grpc-js';
import { Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { Faults } from './faults.js';
import type { LogEvent } from './log.js';
import { Log } from './log.js';
import type { ReadOptions } from './messages.js';
import {
  appendAnswer,
  appendOf,
  batchAnswer,
  batchOf,
  caughtUpAnswer,
  confirmationAnswer,
  eventAnswer,
  notFoundAnswer,
  readAllFromOf,
  readStreamOf,
} from './messages.js';

type AppendReq = InstanceType<typeof messages.AppendReq>;
type AppendResp = InstanceType<typeof messages.AppendResp>;
type BatchReq = InstanceType<typeof messages.BatchAppendReq>;
type BatchResp = InstanceType<typeof messages.BatchAppendResp>;
type ReadReq = InstanceType<typeof messages.ReadReq>;
type ReadResp = InstanceType<typeof messages.ReadResp>;
type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

export type EventStoreStandIn = {
  readonly connectionString: string;
  readonly log: Log;
  readonly faults: Faults;
  /** Stops answering for as long as `meanwhile` takes, then serves the same log at the same address. */
  restart(meanwhile: () => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
};

/**
 * Speaks as much of EventStoreDB's streams protocol as the official client needs for appends, reads and catch-up
 * subscriptions. Its log is in memory. For tests only: it stands for no real server in durability or speed.
 */
export async function startEventStoreStandIn(): Promise<EventStoreStandIn> {
  const log = new Log();
  const faults = new Faults();
  let { server, port } = await listen(log, faults, 0);
  return {
    connectionString: `esdb://127.0.0.1:${port}?tls=false`,
    log,
    faults,
    restart: async (meanwhile) => {
      server.forceShutdown();
      await meanwhile();
      ({ server, port } = await listen(log, faults, port));
    },
    close: async () => server.forceShutdown(),
  };
}

async function listen(log: Log, faults: Faults, wanted: number): Promise<{ server: Server; port: number }> {
  const server = new Server();
  server.addService(services.StreamsService as never, {
    append: (call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>) =>
      append(log, faults, call, answer),
    batchAppend: (call: ServerDuplexStream<BatchReq, BatchResp>) => batchAppend(log, faults, call),
    read: (call: ReadCall) => read(log, faults, call),
  });
  const port = await new Promise<AddressInfo['port']>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${wanted}`, ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  return { server, port };
}

function append(
  log: Log,
  faults: Faults,
  call: ServerReadableStream<AppendReq, AppendResp>,
  answer: sendUnaryData<AppendResp>,
): void {
  const requests: AppendReq[] = [];
  call.on('data', (request: AppendReq) => requests.push(request));
  call.on('error', () => undefined);
  call.on('end', () => {
    // Given up half-way, an append is nothing: a real server does not take its first events for the whole.
    if (call.cancelled) return;
    const { stream, expected, events } = appendOf(requests);
    const work = () => appendAnswer(log.append(stream, expected, events));
    const fault = faults.takeAppendFault();
    switch (fault?.kind) {
      case undefined:
        return answer(null, work());
      case 'delayed':
        setTimeout(() => answer(null, work()), fault.ms);
        return;
      case 'unavailable':
        return answer({ code: status.UNAVAILABLE, details: 'the node is shutting down' });
      case 'not_leader': {
        const metadata = new Metadata();
        metadata.set('exception', 'not-leader');
        metadata.set('leader-endpoint-host', '127.0.0.1');
        metadata.set('leader-endpoint-port', String(fault.leaderPort));
        return answer({ code: status.NOT_FOUND, details: 'leader info available', metadata });
      }
      case 'answer_lost':
        work();
        return answer({ code: status.UNAVAILABLE, details: 'the connection was lost' });
      case 'never_answered':
        work();
    }
  });
}

function batchAppend(log: Log, faults: Faults, call: ServerDuplexStream<BatchReq, BatchResp>): void {
  const stopWatching = faults.onBatchFailure(() =>
    call.emit('error', { code: status.UNAVAILABLE, details: 'the stream of appends broke' }),
  );
  call.on('data', (request: BatchReq) => {
    const { stream, expected, events } = batchOf(request);
    const answer = batchAnswer(request, log.append(stream, expected, events));
    if (!faults.batchAnswersHeld) call.write(answer);
  });
  call.on('error', () => undefined);
  call.on('end', () => call.end());
  call.on('close', stopWatching);
}

function read(log: Log, faults: Faults, call: ReadCall): void {
  call.on('error', () => undefined);
  const options = call.request.getOptions();
  if (options === undefined) {
    call.emit('error', { code: status.INVALID_ARGUMENT, details: 'no options' });
    return;
  }
  if (options.hasSubscription()) {
    void follow(log, faults, call, options);
    return;
  }
  const events = selectEvents(log, options);
  if (events === undefined) call.write(notFoundAnswer(readStreamOf(options)?.stream ?? ''));
  void (async () => {
    let sent = 0;
    for (const event of events ?? []) {
      if (call.cancelled) return;
      if (faults.takeReadCut(sent)) {
        call.emit('error', { code: status.UNAVAILABLE, details: 'the read was cut' });
        return;
      }
      if (!call.write(eventAnswer(event))) await drained(call);
      sent += 1;
    }
    call.end();
  })();
}

/** The events of a read in its direction and within its count; undefined for a stream that is not there. */
function selectEvents(log: Log, options: ReadOptions): readonly LogEvent[] | undefined {
  const backwards = options.getReadDirection() === 1;
  const ordered = (events: readonly LogEvent[]) => (backwards ? events.toReversed() : events);
  const count = Number(options.getCount());
  const ofStream = readStreamOf(options);
  if (ofStream !== undefined) {
    const events = log.stream(ofStream.stream);
    if (events.length === 0) return undefined;
    const { from } = ofStream;
    return ordered(events)
      .filter(({ revision }) => typeof from === 'string' || (backwards ? revision <= from : revision >= from))
      .slice(0, count);
  }
  const from = readAllFromOf(options);
  return ordered(log.events)
    .filter((event) => typeof from === 'string' || (backwards ? !isFrom(event, from) : isFrom(event, from)))
    .slice(0, count);
}

function isFrom(event: LogEvent, from: { commit: bigint; prepare: bigint }): boolean {
  return event.commit > from.commit || (event.commit === from.commit && event.prepare >= from.prepare);
}

async function follow(log: Log, faults: Faults, call: ReadCall, options: ReadOptions): Promise<void> {
  const from = readAllFromOf(options);
  const filtered = options.hasFilter();
  let next =
    from === 'end' ? log.events.length : from === 'start' ? 0 : log.events.findIndex((e) => isFrom(e, from));
  if (next === -1) next = log.events.length;
  const mayTalk = faults.silencedSubscriptions;
  const silent = (): boolean => faults.silencedSubscriptions !== mayTalk;
  let wake = (): void => undefined;
  let cut = false;
  const stopListening = log.onGrowth(() => wake());
  const stopWatching = faults.onSubscriptionCut(() => {
    cut = true;
    call.emit('error', { code: status.UNAVAILABLE, details: 'the subscription was cut' });
    wake();
  });
  call.on('cancelled', () => wake());
  call.write(confirmationAnswer(randomUUID()));
  while (!(call.cancelled || cut)) {
    const event = silent() ? undefined : log.events[next];
    if (event === undefined) {
      if (!silent()) call.write(caughtUpAnswer());
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    next += 1;
    if (filtered && event.type.startsWith('$')) continue;
    if (!call.write(eventAnswer(event))) await drained(call);
  }
  stopListening();
  stopWatching();
}

function drained(call: ReadCall): Promise<void> {
  return new Promise((resolve) => {
    call.once('drain', resolve);
    call.once('cancelled', resolve);
    call.once('close', resolve);
  });
}
