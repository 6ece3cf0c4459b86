import type {ImageTree} from '../image/tree.js';
import {contentOperations, type Operation, operations} from '../model/access.js';
import type {ContainerPath} from '../model/container-path.js';
import type {ImageFile} from '../model/image-index.js';

/** What a touched path needs of the image, but for the directories above. */
export interface Needs {
  /** What the path names, a symlink as itself; null where the image has nothing there. */
  readonly file: ImageFile | null;
  /** What `file` cannot do without. */
  readonly implied: ReadonlySet<ImageFile>;
}

/** Files that share one inode, by group number. */
export type HardLinkGroups = ReadonlyMap<number | null, readonly ImageFile[]>;

/** The kernel refuses more than five interpreters in a row (fs/exec.c, exec_binprm); the last one's loader comes on top. */
const maxInterpreters = 6;
/** As an `operationMask`. */
export const opensContent = operationMask(...contentOperations);
const nothing: ReadonlySet<ImageFile> = new Set();

/**
 * Closure of one touched path, so that keeping the result keeps the path working:
 * - symlinks on the way, and the target of a touched symlink: a link without its target is a broken promise
 * - the other names of a hard-linked file: they share its content and cost no bytes
 * - the interpreter (ELF PT_INTERP or "#!") of a file that was opened, with its own closure: the kernel loads it without
 *   a system call of the program, and what one process reads another may execute
 *
 * @param path absolute; a log that was not resolved may name it through symlinks
 * @param ops how it was touched, as an `operationMask`
 */
export function closureOf(tree: ImageTree, hardLinks: HardLinkGroups, path: ContainerPath, ops: number): Needs {
  const isOpened = (ops & opensContent) !== 0;
  const own = tree.get(path);
  if (own !== undefined && own.linkTarget === null && own.hardLinkGroup === null && (own.interpreter === null || !isOpened)) {
    return {file: own, implied: nothing}; // nearly every path
  }
  const implied = new Set<ImageFile>();
  const add = (found: ImageFile): void => (hardLinks.get(found.hardLinkGroup) ?? [found]).forEach((name) => implied.add(name));
  const chain = [path];
  for (const step of chain) {
    const {links, file} = tree.resolve(step);
    links.flatMap((link) => tree.get(link) ?? []).forEach(add);
    if (file === null) {
      continue;
    }
    add(file);
    if (isOpened && file.interpreter !== null && !chain.includes(file.interpreter) && chain.length <= maxInterpreters) {
      chain.push(file.interpreter);
    }
  }
  const file = own ?? tree.resolve(path).file;
  if (file !== null) {
    implied.delete(file);
  }
  return {file, implied};
}

/** Bit 1 << index in `operations` for each. */
export function operationMask(...ops: readonly Operation[]): number {
  return ops.reduce((mask, op) => mask | (1 << operations.indexOf(op)), 0);
}

export function groupHardLinks(files: readonly ImageFile[]): HardLinkGroups {
  const groups = new Map<number, ImageFile[]>();
  for (const file of files) {
    if (file.hardLinkGroup !== null) {
      const group = groups.get(file.hardLinkGroup) ?? [];
      group.push(file);
      groups.set(file.hardLinkGroup, group);
    }
  }
  return groups;
}
