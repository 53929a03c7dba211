/**
 * Every advisory lock of this program, here to be compared: no two uses may share a number. The migrations cannot read
 * this list; `append` stands in 108_append_tells_when.sql and `claimWebhooks` in 020_inbound_webhooks.sql and
 * 064_claim_webhooks_by_object.sql.
 */
export const advisoryLocks = {
  /** Processes that migrate wait for each other. */
  migrate: 4_020_191_001,
  /** Held by each append until it is committed. */
  append: 4_020_191_002,
  /** Held by each claim of webhooks. */
  claimWebhooks: 4_020_191_020,
  /** Processes that start at once make the projections' tables one after the other. */
  createProjections: 4_020_191_010,
  /** Of rebuilds, as the first of two keys; the second is the projection's name. */
  rebuildClass: 4_020_191,
} as const;
