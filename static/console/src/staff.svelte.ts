/** Who answers here, and in which teams, as the server last had it. */
import type { Colleague, TeamRow } from '../../shared/wire';
import { colleagues, deleteTeam, saveTeam, teams } from './net/http';

export class Staff {
  colleagues = $state.raw<readonly Colleague[]>([]);
  teams = $state.raw<readonly TeamRow[]>([]);
  loaded = $state(false);

  /** Worth asking again whenever somebody looks. */
  async load(): Promise<void> {
    [this.colleagues, this.teams] = await Promise.all([colleagues(), teams()]);
    this.loaded = true;
  }

  async save(id: string, name: string, members: readonly string[]): Promise<void> {
    await saveTeam(id, name, members);
    await this.load();
  }

  async remove(id: string): Promise<void> {
    await deleteTeam(id);
    await this.load();
  }
}
