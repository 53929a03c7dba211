import { AsyncLocalStorage } from 'node:async_hooks';
import { TestEnvironment } from 'jest-environment-node';

/** Those that were entered since the last spec file ended. */
const entered = new Set();
const { run } = AsyncLocalStorage.prototype;
AsyncLocalStorage.prototype.run = function (...given) {
  entered.add(this);
  return run.apply(this, given);
};

/**
 * Node's, with the storages of a spec file switched off at its end. Jest makes one for each file, and Node hands
 * each one that is on to every promise: after a hundred files that was a twelfth of what the tests cost.
 */
export default class extends TestEnvironment {
  async teardown() {
    await super.teardown();
    for (const storage of entered) storage.disable();
    entered.clear();
  }
}
