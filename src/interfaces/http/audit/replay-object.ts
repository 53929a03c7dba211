import type { ReplayReport } from '../../../application/ports/read-models.js';

/** What a replay found, as the API shows it. */
export function replayObject(report: ReplayReport, livemode: boolean) {
  return {
    id: report.id,
    object: 'replay_report' as const,
    projection: report.projection,
    version: report.version,
    position: report.position,
    as_of: report.finished_at,
    events: report.events,
    rows_compared: report.rows_compared,
    difference_count: report.difference_count,
    differences: report.differences,
    swapped: report.swapped,
    metadata: {},
    livemode,
    started_at: report.started_at,
    finished_at: report.finished_at,
    created_at: report.finished_at,
  };
}
