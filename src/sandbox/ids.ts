import type { Store } from './store.ts';

/** A new id of RAM: 18 digits, the next of the store's counter. */
export function takeDigitId(store: Store): string {
  return `3${String(takeNumber(store)).padStart(17, '0')}`;
}

/** A new task id of ACK: `T-` and 24 hex digits. */
export function takeTaskId(store: Store): string {
  return `T-${takeNumber(store).toString(16).padStart(24, '0')}`;
}

/** The store's counter, one further each time. */
export function takeNumber(store: Store): number {
  const number = store.nextId;
  store.nextId += 1;
  return number;
}
