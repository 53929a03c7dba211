import pg from 'pg';

/** Whether the server refused the statement and rolled it back: it says ERROR only then, and FATAL also after a commit. */
export function isRefusal(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR';
}
