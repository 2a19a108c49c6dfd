import { randomBytes } from 'node:crypto';
import type { AccessLog } from './access-log.ts';
import { FaultPlan, type FaultRule } from './faults.ts';
import { MetadataMemory } from './imds/model.ts';
import { Nonces } from './nonces.ts';
import { buildStore, defaultSeed, type SandboxSeed } from './seed.ts';
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

export interface StateOptions {
  /** As in `SandboxState`. */
  endpoint: string;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  onInternalError: (error: unknown) => void;
  log: AccessLog;
  /** Default: that of `defaultSeed`. */
  seed?: SandboxSeed | undefined;
  faults?: readonly FaultRule[] | undefined;
  /** Default 0. */
  latencyMs?: number | undefined;
  /** Default 2000. */
  updateTimeMs?: number | undefined;
  /** Default: sessions live as long as was asked for. */
  sessionTtlMs?: number | undefined;
}

/** A sandbox without a server: `handle` answers requests on it. */
export function createState(options: StateOptions): SandboxState {
  const { endpoint, log, now, sleep, onInternalError } = options;
  const { seed = defaultSeed(), faults = [], latencyMs = 0, updateTimeMs = 2000, sessionTtlMs } = options;
  const fresh = () => ({
    store: buildStore(seed, { endpoint, now: now(), updateTimeMs, sessionTtlMs }),
    nonces: new Nonces(),
    faults: new FaultPlan(faults),
    metadata: new MetadataMemory(),
  });
  const state: SandboxState = {
    ...fresh(),
    log,
    endpoint,
    adminPath: `/${randomBytes(18).toString('base64url')}`,
    latencyMs,
    now,
    sleep,
    onInternalError,
    reset: () => {
      Object.assign(state, fresh());
      log.clear();
    },
  };
  return state;
}
