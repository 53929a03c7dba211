import { readFileSync } from 'node:fs';

/**
 * The flags that `npm start` gives Node, to start it likewise. Read in the project's folder, where tests and benches run.
 * @throws Error when there are none
 */
export function startFlags(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly scripts: { readonly start: string };
  };
  const flags = /node (--.*) dist\/main\.js/.exec(scripts.start)?.[1];
  if (flags === undefined) throw new Error(`no flags of Node in: ${scripts.start}`);
  return flags.split(' ');
}
