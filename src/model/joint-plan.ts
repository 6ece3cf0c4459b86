import type {DebloatConfig} from './debloat-config.js';

/** `winnow plan IMAGE IMAGE… --json`, schema `winnow.plan-set/1`: what stays of several images, and in which layers. */
export interface JointPlan {
  readonly schema: 'winnow.plan-set/1';
  readonly images: readonly DebloatConfig[];
  readonly layers: readonly {
    /** Indices into `images` of those that use the layer. */
    readonly images: readonly number[];
    readonly files: number;
    readonly bytes: number;
  }[];
  /** Contents that the same images keep, with the indices of the layers that hold them: each image uses one of these. */
  readonly atoms: readonly {readonly images: readonly number[]; readonly files: number; readonly bytes: number; readonly layers: readonly number[]}[];
  readonly limits: {readonly overheadBytes: number; readonly maxLayers: number};
  readonly totals: {
    /** Each image debloated by itself, in one layer of its own. */
    readonly separateBytes: number;
    /** Kept contents, each once. */
    readonly uniqueBytes: number;
    readonly jointBytes: number;
    readonly savedBytes: number;
    /** No layering takes less; `jointBytes` itself where that is proven to be the least. */
    readonly boundBytes: number;
    readonly isProven: boolean;
  };
}
