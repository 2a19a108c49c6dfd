import type { Operation } from '../types.ts';
import { attachmentOperations } from './attachments.ts';
import { policyOperations } from './policies.ts';
import { roleOperations } from './roles.ts';
import { userOperations } from './users.ts';

/** Everything the sandbox's RAM can do. Error codes and messages follow RAM's published error list. */
export const ramOperations: readonly Operation[] = [
  ...roleOperations,
  ...policyOperations,
  ...attachmentOperations,
  ...userOperations,
];
