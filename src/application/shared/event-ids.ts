import { v5 } from 'uuid';

/** Our own name space, so that these ids meet nobody else's. */
const namespace = '6f0f5d9e-2a54-5c1b-9d0a-7e4f6d3c2b10';

/** The id of the n-th event of a command: the same each time the command is decided. */
export function eventIdOf(commandId: string, index: number): string {
  return v5(`${commandId}/${index}`, namespace);
}

/** A command's id from what caused it, so that the same cause is carried out once. */
export function commandIdOf(kind: string, cause: string): string {
  return v5(`${kind}:${cause}`, namespace);
}
