import { csOperations } from './cs/handler.ts';
import { imsOperations } from './ims/handler.ts';
import { ramOperations } from './ram/handler.ts';
import { stsOperations } from './sts/handler.ts';
import type { Operation } from './types.ts';

/** Every API operation of the sandbox: what it can do is what stands here. */
export const operations: readonly Operation[] = [...stsOperations, ...ramOperations, ...imsOperations, ...csOperations];
