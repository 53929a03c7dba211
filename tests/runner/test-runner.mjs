import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import circus from 'jest-circus/runner';
import { setGlobals } from './globals.mjs';

const require = createRequire(import.meta.url);
register('./typescript-hooks.mjs', import.meta.url);

/**
 * Jest's own runner of tests, with Node's loader of modules in place of Jest's: a worker evaluates Counterfoil and its
 * libraries once for all spec files that it runs, and not once for each.
 */
export default function runSpecFile(globalConfig, config, environment, _runtime, path, send) {
  const runtime = {
    requireInternalModule,
    requireModule: require,
    setGlobalsForRuntime: (given) => setGlobals({ ...given, jest: environment.jest }),
    unstable_shouldLoadAsEsm: () => true,
    unstable_importModule: (file) => import(pathToFileURL(file).href),
    enterTestCode: () => undefined,
    leaveTestCode: () => undefined,
  };
  return circus.default(globalConfig, config, environment, runtime, path, send);
}

/** The tests that were declared, and who listens to them, are kept by Jest's module and in a global: both begin anew. */
function requireInternalModule(file) {
  delete globalThis[Symbol.for('EVENT_HANDLERS')];
  delete require.cache[file];
  return require(file);
}
