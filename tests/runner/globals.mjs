/** What spec files get for `@jest/globals`: of the file that runs now, since Jest makes them anew for each. */
export let afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest;

export function setGlobals(given) {
  ({ afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } = given);
}
