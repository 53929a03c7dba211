import { AccountPages } from './admin/account-pages.js';
import { ApiKeyPages } from './admin/api-key-pages.js';
import { SignInPages } from './admin/sign-in-pages.js';
import { UserPages } from './admin/user-pages.js';

/** The pages of the operators' console, which is there only where it is switched on. */
export const consolePages = [SignInPages, AccountPages, UserPages, ApiKeyPages] as const;
