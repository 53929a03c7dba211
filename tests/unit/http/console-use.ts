import type { Role } from '../../../src/domain/user/roles.js';
import type { Browser } from '../../support/browser.js';
import type { RunningServer } from './running-server.js';

/** What examples of the console's pages are given: the one server of the file that they run in, and people who are signed in to it. */
export type ConsoleUse = {
  server(): RunningServer;
  as(role: Role): Promise<{ readonly browser: Browser; readonly id: string; readonly token: string }>;
};
