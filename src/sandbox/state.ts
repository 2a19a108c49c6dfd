import type { AccessLog } from './access-log.ts';
import type { FaultPlan } from './faults.ts';
import type { MetadataMemory } from './imds/model.ts';
import type { Nonces } from './nonces.ts';
import type { Store } from './store.ts';

/** Everything a running sandbox has. What a reset makes new is replaced as a whole. */
export interface SandboxState {
  store: Store;
  nonces: Nonces;
  faults: FaultPlan;
  metadata: MetadataMemory;
  readonly log: AccessLog;
  /** `http://127.0.0.1:1234`, without a trailing slash. */
  readonly endpoint: string;
  /** `/` and an unguessable word. */
  readonly adminPath: string;
  readonly latencyMs: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly onInternalError: (error: unknown) => void;
  /** Back to the seed. */
  readonly reset: () => void;
}
