import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { messageOf, ToolError } from '../errors.ts';
import { formatPolicy, parsePolicy } from '../policy/document.ts';
import { readFault } from '../read-fault.ts';
import {
  type AssociationsFile,
  MAX_FILE_BYTES,
  type PolicyDocumentFile,
  parseAssociationsFile,
  type RoleAssociations,
} from './associations-file.ts';
import type { PolicyDocumentInput } from './role-policies.ts';

/** Characters of a custom policy that RAM takes. */
const LONGEST_DOCUMENT = 6144;
/** White space is not sent. */
const MAX_DOCUMENT_BYTES = 16 * LONGEST_DOCUMENT;

/** A role of an associations file, with the policies that its file names read. */
export interface WantedRole extends Omit<RoleAssociations, 'policyDocuments'> {
  policyDocuments: PolicyDocumentInput[];
}

export interface WantedAssociations extends Omit<AssociationsFile, 'roles'> {
  roles: WantedRole[];
}

/**
 * Reads an associations file and the policy documents that it names, relative to its folder. `file` is also its name in
 * messages. Throws `FILE_UNREADABLE`, and `FILE_INVALID` with `file:line:column`.
 */
export async function readAssociations(file: string, cwd: string): Promise<WantedAssociations> {
  const path = resolve(cwd, file);
  const text = await readBounded(path, MAX_FILE_BYTES).catch((cause: unknown) => {
    throw new ToolError('FILE_UNREADABLE', `cannot read the file ${file}: ${faultOf(cause)}`, { cause });
  });
  const model = await parseAssociationsFile(text, file);
  const documents = new Map<string, string>();
  const roles: WantedRole[] = [];
  for (const role of model.roles) {
    const policyDocuments: PolicyDocumentInput[] = [];
    for (const wanted of role.policyDocuments) {
      const document = await readDocument(wanted, dirname(path));
      const other = documents.get(wanted.name);
      if (other !== undefined && other !== document) {
        throw invalid(wanted, `policy ${wanted.name} has another document elsewhere in the file`);
      }
      documents.set(wanted.name, document);
      policyDocuments.push({ name: wanted.name, document });
    }
    roles.push({ ...role, policyDocuments });
  }
  return { ...model, roles };
}

/** Without white space. */
async function readDocument(wanted: PolicyDocumentFile, folder: string): Promise<string> {
  const text = await readBounded(resolve(folder, wanted.path), MAX_DOCUMENT_BYTES).catch((cause: unknown) => {
    const message = `${wanted.place}: the document of policy ${wanted.name} cannot be read: ${faultOf(cause)}`;
    throw new ToolError('FILE_UNREADABLE', message, { cause });
  });
  const document = (() => {
    try {
      return formatPolicy(parsePolicy(text, wanted.path, 'FILE_INVALID'), 'compact');
    } catch (error) {
      throw invalid(wanted, messageOf(error));
    }
  })();
  if (document.length > LONGEST_DOCUMENT) {
    throw invalid(
      wanted,
      `${wanted.path} has ${document.length} characters, and a policy may have ${LONGEST_DOCUMENT}`,
    );
  }
  return document;
}

function invalid({ place }: PolicyDocumentFile, problem: string): ToolError {
  return new ToolError('FILE_INVALID', `${place}: ${problem}`);
}

class TooLarge extends Error {}

function faultOf(cause: unknown): string {
  return cause instanceof TooLarge ? cause.message : readFault(cause);
}

/** The text of a file, also of one without an end. Throws `TooLarge` where it is longer than `maxBytes`. */
async function readBounded(path: string, maxBytes: number): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    if (length > maxBytes) throw new TooLarge(`it is larger than ${Math.floor(maxBytes / 1024)} KiB`);
    return buffer.toString('utf8', 0, length);
  } finally {
    await handle.close();
  }
}
