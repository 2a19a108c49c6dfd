import { annotateManifests } from '../../eci/annotate.ts';
import type { Io } from '../../io.ts';
import { createContext } from '../context.ts';
import { readManifests } from '../manifest-input.ts';
import { tellManifestNotes } from '../manifest-notes.ts';
import type { CommandInput } from '../spec.ts';

export async function run(input: CommandInput, io: Io): Promise<number> {
  const { flags } = input;
  const { report } = await createContext(input, io);
  const manifests = await readManifests(flags.path('file') ?? '', io);
  const annotated = await annotateManifests({ ...manifests, roleName: flags.required('role-name') });
  tellManifestNotes(annotated, report);
  if (annotated.workloads.length > 0) {
    report.warn('the annotation takes effect when a pod is created: pods that run already keep what they have');
  }
  io.stdout.write(annotated.text);
  return 0;
}
