import type {Operation} from '../../src/model/access.js';

/** Eight operations are too many colours; these five answer "why is it needed". Each has its own colour in styles/tokens.css. */
export const operationKinds = ['exec', 'map', 'read', 'change', 'look'] as const;
export type OperationKind = (typeof operationKinds)[number];

export function kindOf(op: Operation): OperationKind {
  switch (op) {
    case 'exec':
    case 'map':
    case 'read':
      return op;
    case 'write':
    case 'remove':
      return 'change';
    case 'lookup':
    case 'stat':
    case 'list':
      return 'look';
  }
}
