/** Which screen fills the middle of the window. The library keeps its own view, search and selection meanwhile. */

export type Screen = 'library' | 'transfers' | 'exports' | 'completeness';

class Route {
  screen = $state<Screen>('library');

  go(screen: Screen): void {
    this.screen = screen;
  }
}

export const route = new Route();
