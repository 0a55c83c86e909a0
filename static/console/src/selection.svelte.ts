/** The rows an agent has picked to do something with all of them. */
import { NONE, picked, type Selected } from './state/selection';

export class Selection {
  /** Rows show that they can be picked. */
  active = $state(false);
  now = $state.raw<Selected>(NONE);

  pick(id: string, order: readonly string[], range: boolean): void {
    this.active = true;
    this.now = picked(this.now, id, order, range);
  }

  end(): void {
    this.active = false;
    this.now = NONE;
  }
}
