import type { Io } from '../../io.ts';
import type { SandboxOptions } from '../../sandbox/server.ts';
import type { Flags } from '../options.ts';

/** The flags that `sandbox start` and `sandbox run` share. */
export function serverOptions(flags: Flags, io: Io): SandboxOptions {
  const seedFile = flags.path('seed');
  const latencyMs = flags.durationMs('latency');
  const updateTimeMs = flags.durationMs('update-time');
  const sessionTtlMs = flags.durationMs('session-ttl');
  const accessLogFile = flags.path('access-log');
  return {
    listen: flags.required('listen'),
    tls: flags.boolean('tls'),
    faults: flags.strings('fault'),
    now: io.now,
    onInternalError: (error) => {
      io.stderr.write(
        `sandbox: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
    },
    ...(seedFile === undefined ? {} : { seedFile }),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(updateTimeMs === undefined ? {} : { updateTimeMs }),
    ...(sessionTtlMs === undefined ? {} : { sessionTtlMs }),
    ...(accessLogFile === undefined ? {} : { accessLogFile }),
  };
}
