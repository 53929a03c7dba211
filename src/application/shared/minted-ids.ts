/**
 * The id of what a command creates: the same each time the command is carried out.
 * @throws TypeError when the command's id is no UUID
 */
export function mintedBy<I>(parse: (text: string) => I | undefined, prefix: string, commandId: string): I {
  const id = parse(`${prefix}_${commandId}`);
  if (id === undefined) throw new TypeError(`${commandId} is not a UUID`);
  return id;
}
