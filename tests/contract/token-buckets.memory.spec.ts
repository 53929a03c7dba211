import { describe } from '@jest/globals';
import { MemoryTokenBuckets } from '../../src/infrastructure/limits/memory-token-buckets.js';
import { tokenBucketsContract } from './token-buckets.contract.js';

describe('buckets in memory', () => {
  const buckets = new MemoryTokenBuckets();
  tokenBucketsContract(() => [buckets, buckets]);
});
