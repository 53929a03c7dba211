/**
 * A stored history that cannot have happened, such as a capture before any authorization. For money a stuck
 * stream is better than a wrong balance, so folding stops here and nothing is decided on such a stream.
 */
export class CorruptStream extends Error {
  override readonly name = 'CorruptStream';
}

/** Marks a pair of state and event that no history can contain. */
export function impossible(status: string, eventType: string): never {
  throw new CorruptStream(`${eventType} cannot follow status ${status}`);
}
