import type {FileDecision} from '../model/debloat-config.js';

/** What debloating needs to know of a path. */
export type PlannedFile = Pick<FileDecision, 'path' | 'type' | 'layer' | 'bytes' | 'package' | 'decision' | 'reason'>;
