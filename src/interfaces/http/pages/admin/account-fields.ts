import { z } from 'zod';
import { textField } from '../../shared/fields.js';

/** What the forms of accounts ask for. */
export const emailField = z.string().min(3).max(254);
export const passwordField = z.string().min(1).max(200);
export const newPasswordField = z
  .string()
  .min(12, { error: 'A password has at least 12 characters.' })
  .max(200, { error: 'A password has at most 200 characters.' })
  .refine((password) => new Set(password).size >= 5, {
    error: 'Use more than four different characters.',
  });
export const passwordsDiffer = { error: 'The two passwords differ.', path: ['repeated'] };

/** Why somebody does something: asked for with every change. */
export const reasonField = textField(500);
