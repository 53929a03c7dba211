/** The two parts of a stream's name, `<category>-<id>`: no category has a dash in it, while ids may. */

export function categoryOf(stream: string): string {
  return stream.slice(0, Math.max(stream.indexOf('-'), 0));
}

export function idOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1);
}
