import {followLive} from './data/live-socket.js';
import {addBatch, noLive} from './data/live-state.js';
import type {AppState} from './store/app-state.js';
import {parseHash, type Place} from './store/route.js';
import {makeStore} from './store/store.js';
import type {View} from './views/context.js';
import {graphView} from './views/graph.js';
import {imageView} from './views/image.js';
import {imagesView} from './views/images.js';
import {listenToKeys} from './views/keys.js';
import {liveView} from './views/live.js';
import {notFoundView} from './views/not-found.js';
import {runView} from './views/run.js';
import {runsView} from './views/runs.js';
import {makeShell} from './views/shell.js';
import {applyTheme, savedTheme} from './views/theme.js';
import {tiesView} from './views/ties.js';

const store = makeStore<AppState>({route: parseHash(location.hash), theme: savedTheme(), live: noLive});
const forever = new AbortController().signal;
const shell = makeShell(store, forever);

applyTheme(store, forever);
document.body.append(...shell.elements);
listenToKeys();
addEventListener('hashchange', () => store.set({route: parseHash(location.hash)}));
followLive({
  onOpen: () => store.set({live: {...noLive, connection: 'open'}}),
  onBatch: (batch) => store.set({live: addBatch(store.get().live, batch)}),
  onLost: () => store.set({live: {...store.get().live, connection: 'lost'}}),
});

let leaving = new AbortController();
store.watch(
  ({route}) => route.path,
  () => {
    leaving.abort();
    leaving = new AbortController();
    const isFirst = shell.main.childElementCount === 0;
    shell.main.replaceChildren();
    viewOf(store.get().route.place)({store, place: shell.main, signal: leaving.signal});
    document.title = titleOf(store.get().route.place);
    if (!isFirst) {
      shell.main.focus({preventScroll: true});
      scrollTo(0, 0);
    }
  },
  forever,
);

function viewOf(place: Place): View {
  switch (place.view) {
    case 'runs':
      return runsView;
    case 'run':
      return runView(place.id);
    case 'graph':
      return graphView(place.id);
    case 'live':
      return liveView;
    case 'images':
      return imagesView;
    case 'image':
      return imageView(place.id);
    case 'ties':
      return tiesView(place.id);
    case 'unknown':
      return notFoundView;
  }
}

function titleOf(place: Place): string {
  switch (place.view) {
    case 'runs':
    case 'live':
    case 'images':
      return `${place.view} · winnow`;
    case 'run':
    case 'graph':
      return `${place.view} ${place.id} · winnow`;
    case 'image':
      return 'image · winnow';
    case 'ties':
      return 'files that come together · winnow';
    case 'unknown':
      return 'winnow';
  }
}
