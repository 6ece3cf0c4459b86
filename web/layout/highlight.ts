import type {AccessGraph} from '../../src/model/web-api.js';

/** Ids of the programs and rows that stay bright. */
export interface Highlight {
  readonly programs: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
}

/** What one program touches, or which programs touch a row or, where it is an open directory, anything below it. */
export function highlightOf({nodes, links}: AccessGraph, side: 'program' | 'node', id: string): Highlight {
  const within = side === 'program' ? new Set<string>() : rowsWithin(nodes, id);
  const lit = links.filter((link) => (side === 'program' ? link.program === id : within.has(link.node)));
  return {
    programs: new Set([...lit.map((link) => link.program), ...(side === 'program' ? [id] : [])]),
    nodes: new Set([...lit.map((link) => link.node), ...(side === 'node' ? [id] : [])]),
  };
}

function rowsWithin(nodes: AccessGraph['nodes'], id: string): ReadonlySet<string> {
  const start = nodes.findIndex((node) => node.id === id);
  const depth = nodes[start]?.depth ?? 0;
  const after = nodes.findIndex((node, index) => index > start && node.depth <= depth);
  return new Set(nodes.slice(start, after === -1 ? undefined : after).map((node) => node.id));
}
