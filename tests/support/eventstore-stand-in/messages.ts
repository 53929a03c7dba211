import sharedMessages from '@eventstore/db-client/generated/shared_pb.js';
import messages from '@eventstore/db-client/generated/streams_pb.js';
import type { Expected, LogEvent, Proposed, Written } from './log.js';

// The generated code is CommonJS whose names Node cannot see, so it is imported whole.
const { AppendResp, BatchAppendResp, ReadResp } = messages;
const { Empty, StreamIdentifier, UUID } = sharedMessages;

type AppendRequest = InstanceType<typeof messages.AppendReq>;
type BatchRequest = InstanceType<typeof messages.BatchAppendReq>;
type ReadRequest = InstanceType<typeof messages.ReadReq>;
export type ReadOptions = NonNullable<ReturnType<ReadRequest['getOptions']>>;

function proposedOf(message: {
  getId(): { getString(): string } | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getData_asU8(): Uint8Array;
  getCustomMetadata_asU8(): Uint8Array;
}): Proposed {
  return {
    id: message.getId()?.getString() ?? '',
    type: message.getMetadataMap().get('type') ?? '',
    contentType: message.getMetadataMap().get('content-type') ?? '',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

function nameOf(identifier: { getStreamName_asU8(): Uint8Array } | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');
}

/** The requests of one append call: its options first, then one event each. */
export function appendOf(requests: readonly AppendRequest[]): {
  stream: string;
  expected: Expected;
  events: Proposed[];
} {
  const options = requests[0]?.getOptions();
  const events = requests.flatMap((request) => {
    const message = request.getProposedMessage();
    return message === undefined ? [] : [proposedOf(message)];
  });
  const expected = options?.hasNoStream()
    ? 'no_stream'
    : options?.hasAny()
      ? 'any'
      : options?.hasStreamExists()
        ? 'stream_exists'
        : BigInt(options?.getRevision() ?? 0);
  return { stream: nameOf(options?.getStreamIdentifier()), expected, events };
}

export function appendAnswer(written: Written): InstanceType<typeof AppendResp> {
  const answer = new AppendResp();
  if (written.outcome === 'written') {
    const position = new AppendResp.Position();
    position.setCommitPosition(String(written.commit)).setPreparePosition(String(written.prepare));
    return answer.setSuccess(
      new AppendResp.Success().setCurrentRevision(String(written.revision)).setPosition(position),
    );
  }
  const wrong = new AppendResp.WrongExpectedVersion().setExpectedAny(new Empty());
  if (written.current === null) wrong.setCurrentNoStream(new Empty());
  else wrong.setCurrentRevision(String(written.current));
  return answer.setWrongExpectedVersion(wrong);
}

/** One batch append; the client sends each in one request when it is small. */
export function batchOf(request: BatchRequest): { stream: string; expected: Expected; events: Proposed[] } {
  const options = request.getOptions();
  const expected = options?.hasNoStream()
    ? 'no_stream'
    : options?.hasAny()
      ? 'any'
      : BigInt(options?.getStreamPosition() ?? 0);
  const events = request.getProposedMessagesList().map(proposedOf);
  return { stream: nameOf(options?.getStreamIdentifier()), expected, events };
}

export function batchAnswer(request: BatchRequest, written: Written): InstanceType<typeof BatchAppendResp> {
  if (written.outcome !== 'written') throw new Error('the stand-in answers successful batch appends only');
  const answer = new BatchAppendResp().setSuccess(
    new BatchAppendResp.Success().setCurrentRevision(String(written.revision)),
  );
  answer.setCorrelationId(request.getCorrelationId());
  answer.setStreamIdentifier(request.getOptions()?.getStreamIdentifier());
  return answer;
}

export function readStreamOf(
  options: ReadOptions,
): { stream: string; from: bigint | 'start' | 'end' } | undefined {
  const wanted = options.getStream();
  if (wanted === undefined) return undefined;
  const from = wanted.hasStart() ? 'start' : wanted.hasEnd() ? 'end' : BigInt(wanted.getRevision());
  return { stream: nameOf(wanted.getStreamIdentifier()), from };
}

export type LogPosition = { readonly commit: bigint; readonly prepare: bigint };

export function readAllFromOf(options: ReadOptions): LogPosition | 'start' | 'end' {
  const all = options.getAll();
  const position = all?.getPosition();
  if (position === undefined) return all?.hasEnd() ? 'end' : 'start';
  return { commit: BigInt(position.getCommitPosition()), prepare: BigInt(position.getPreparePosition()) };
}

export function eventAnswer(event: LogEvent): InstanceType<typeof ReadResp> {
  const recorded = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new UUID().setString(event.id))
    .setStreamIdentifier(new StreamIdentifier().setStreamName(Buffer.from(event.stream)))
    .setStreamRevision(String(event.revision))
    .setCommitPosition(String(event.commit))
    .setPreparePosition(String(event.prepare))
    .setData(event.data)
    .setCustomMetadata(event.metadata);
  const map = recorded.getMetadataMap();
  map.set('type', event.type);
  map.set('content-type', event.contentType);
  // In ticks of 100 ns since 1970.
  map.set('created', String(BigInt(event.createdMs) * 10_000n));
  return new ReadResp().setEvent(
    new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(event.commit)),
  );
}

export function notFoundAnswer(stream: string): InstanceType<typeof ReadResp> {
  const identifier = new StreamIdentifier().setStreamName(Buffer.from(stream));
  return new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(identifier));
}

export function confirmationAnswer(id: string): InstanceType<typeof ReadResp> {
  return new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id));
}

export function caughtUpAnswer(): InstanceType<typeof ReadResp> {
  return new ReadResp().setCaughtUp(new ReadResp.CaughtUp());
}
