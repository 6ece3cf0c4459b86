import type {AccessGraph, GraphLink, GraphNode, GraphProgram} from '../../src/model/web-api.js';

export interface PlacedProgram extends GraphProgram {
  readonly top: number;
}

export interface PlacedNode extends GraphNode {
  readonly top: number;
  readonly left: number;
}

export interface PlacedLink extends GraphLink {
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly width: number;
}

/** Pixels; programs stand at the left edge, files at `filesLeft`, links run between. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly programsWidth: number;
  readonly filesLeft: number;
  readonly programs: readonly PlacedProgram[];
  readonly nodes: readonly PlacedNode[];
  readonly links: readonly PlacedLink[];
}

export const programHeight = 44;
export const nodeHeight = 28;
const indent = 16;
const narrow = 640;
/** The same width means the same number of paths in every picture. */
const minLinkWidth = 1.5;
const maxLinkWidth = 12;

export function layoutGraph({programs, nodes, links}: AccessGraph, width: number): GraphLayout {
  const programsWidth = Math.min(240, width * (width < narrow ? 0.3 : 0.22));
  const filesLeft = width < narrow ? width * 0.46 : width * 0.5;
  const placedNodes = nodes.map((node, index) => ({...node, top: index * nodeHeight, left: filesLeft + Math.min(node.depth, 8) * (width < narrow ? indent / 2 : indent)}));
  const nodeOf = new Map(placedNodes.map((node) => [node.id, node]));
  const placedPrograms = placePrograms(programs, links, nodeOf, nodes.length * nodeHeight);
  const programOf = new Map(placedPrograms.map((program) => [program.id, program]));
  const placedLinks = links.flatMap((link): PlacedLink[] => {
    const program = programOf.get(link.program);
    const node = nodeOf.get(link.node);
    if (program === undefined || node === undefined) {
      return [];
    }
    const width = Math.min(maxLinkWidth, minLinkWidth + Math.sqrt(link.paths - 1));
    return [{...link, from: [programsWidth, program.top + programHeight / 2], to: [node.left, node.top + nodeHeight / 2], width}];
  });
  const height = Math.max(nodes.length * nodeHeight, (placedPrograms.at(-1)?.top ?? 0) + programHeight);
  return {width, height, programsWidth, filesLeft, programs: placedPrograms, nodes: placedNodes, links: placedLinks};
}

/** Each program at the middle of what it touched, in that order, without overlaps: few links cross then. */
function placePrograms(programs: readonly GraphProgram[], links: readonly GraphLink[], nodeOf: ReadonlyMap<string, PlacedNode>, height: number): PlacedProgram[] {
  const wanted = programs
    .map((program) => ({program, middle: middleOf(links.filter((link) => link.program === program.id), nodeOf)}))
    .sort((a, b) => a.middle - b.middle);
  const lowest = Math.max(height, programs.length * programHeight) - programHeight;
  const tops = wanted.map(({middle}) => Math.min(lowest, Math.max(0, middle - programHeight / 2)));
  for (let index = 1; index < tops.length; index += 1) {
    tops[index] = Math.max(tops[index] ?? 0, (tops[index - 1] ?? 0) + programHeight);
  }
  for (let index = tops.length - 1; index >= 0; index -= 1) {
    tops[index] = Math.min(tops[index] ?? 0, index === tops.length - 1 ? lowest : (tops[index + 1] ?? 0) - programHeight);
  }
  return wanted.map(({program}, index) => ({...program, top: tops[index] ?? 0}));
}

function middleOf(links: readonly GraphLink[], nodeOf: ReadonlyMap<string, PlacedNode>): number {
  const weight = links.reduce((sum, link) => sum + link.paths, 0);
  const sum = links.reduce((total, link) => total + link.paths * ((nodeOf.get(link.node)?.top ?? 0) + nodeHeight / 2), 0);
  return weight === 0 ? 0 : sum / weight;
}
