import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects what is young, or everything; everything by default. */
export const collectGarbage = runInNewContext('gc') as (options?: {
  readonly type: 'minor' | 'major';
}) => void;
