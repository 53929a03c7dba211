import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { startFlags } from '../support/start-flags.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const dist = `${root}dist/`;

describe('the program as it is built', () => {
  it('calls errors what their sources call them, for libraries tell an error by the name of its class', () => {
    const files = readdirSync(dist).filter((name) => name.endsWith('.js'));
    const classes = files.flatMap((name) =>
      [...readFileSync(dist + name, 'utf8').matchAll(/(?:\bclass |\bvar (?=[\w$]+ = class\b))([\w$]+)/g)].map(
        ([, found = '']) => found,
      ),
    );
    const errors = classes.filter((name) => /Error|Exception/.test(name));
    expect(errors).toContain('StripeCardError');
    // Where two have one name, the build puts a number behind that of one of them.
    expect(errors.filter((name) => /\d$/.test(name))).toEqual([]);
  });

  it('is started with the same flags of Node by npm start and by the image', () => {
    const command = ['node', ...startFlags(), 'dist/main.js'];
    const image = readFileSync(`${root}Dockerfile`, 'utf8').trimEnd().split('\n').at(-1);
    expect(image).toBe(`CMD ${JSON.stringify(command).replaceAll(',', ', ')}`);
  });
});
