import type { AckPort } from '../cloud/ports.ts';
import { ToolError } from '../errors.ts';
import type { Clock } from './report.ts';

/** Milliseconds between two rounds unless told otherwise. */
export const DEMO_INTERVAL_MS = 30_000;

export interface DemoInput {
  region: string;
  /** One round only. */
  noLoop: boolean;
  /** Milliseconds between the end of a round and the next. Default 30 seconds. */
  intervalMs?: number | undefined;
}

export interface DemoResult {
  region: string;
  clusters: { clusterId: string; name: string }[];
}

/** Hears of the rounds as they happen. */
export interface DemoListener {
  begin(): void;
  /** Ends a round that went well. */
  listed(result: DemoResult): void;
  /** Ends a round that failed, when another one follows. */
  failed(error: ToolError): void;
}

/**
 * Lists the clusters, once or again and again. A failed round does not end the loop; with `noLoop` its error is thrown.
 * Ends with the signal's reason when that is aborted.
 */
export async function runDemo(
  input: DemoInput,
  listener: DemoListener,
  ports: { ack: Pick<AckPort, 'listClusters'>; clock: Clock; signal: AbortSignal },
): Promise<void> {
  for (;;) {
    ports.signal.throwIfAborted();
    listener.begin();
    try {
      const clusters = await ports.ack.listClusters();
      listener.listed({ region: input.region, clusters: clusters.map(({ id, name }) => ({ clusterId: id, name })) });
    } catch (error) {
      if (input.noLoop || ports.signal.aborted || !(error instanceof ToolError)) throw error;
      listener.failed(error);
    }
    if (input.noLoop) return;
    await ports.clock.sleep(input.intervalMs ?? DEMO_INTERVAL_MS, ports.signal);
  }
}
