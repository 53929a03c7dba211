import type { Task } from './store.js';
import type { World } from './world.js';

/** Plans something for later on the virtual clock. The plan is journaled and survives a restart. */
export function schedule(world: World, kind: Task['kind'], subject: string, afterMs: number): void {
  const id = world.ids.mint('task_', 16);
  world.store.put('task', { id, kind, subject, due_ms: world.clock.nowMs() + afterMs });
  world.scheduled.push(id);
}

/** Drops the plans about an object, because something else decided it first. */
export function unschedule(world: World, subject: string): void {
  for (const task of [...world.store.newestFirst('task', ['subject', subject])]) {
    world.store.remove('task', task.id);
  }
}
