import type {ContainerPath} from '../model/container-path.js';

/** Names are few and processes many, but a hostile container can make up as many of either as it likes. */
const maxProcesses = 65_536;
const maxCharacters = 8 << 20;

/** Which program each process runs. Holds those of the processes that were heard of last; an older one's is ''. */
export class ProgramNames {
  readonly #names = new Map<number, ContainerPath>();
  #latest: ContainerPath = '';
  #characters = 0;

  /** @param exe null after a fork: the child runs its parent's program */
  add(processId: number, parentId: number, exe: ContainerPath | null): void {
    this.#drop(processId);
    const inherited = this.of(parentId);
    // Decoding gives every record a string of its own, though most name the same program as the one before.
    const name = exe === null || exe === inherited ? inherited : exe === this.#latest ? this.#latest : exe;
    this.#latest = name;
    this.#names.set(processId, name);
    this.#characters += name.length;
    for (const [oldest] of this.#names) {
      if (this.#names.size <= maxProcesses && this.#characters <= maxCharacters) {
        return;
      }
      this.#drop(oldest);
    }
  }

  of(processId: number): ContainerPath {
    const name = this.#names.get(processId);
    if (name === undefined) {
      return '';
    }
    this.#names.delete(processId); // to the end: a map keeps the order of insertion
    this.#names.set(processId, name);
    return name;
  }

  #drop(processId: number): void {
    this.#characters -= this.#names.get(processId)?.length ?? 0;
    this.#names.delete(processId);
  }
}
