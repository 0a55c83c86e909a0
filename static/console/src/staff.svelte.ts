/** Who answers here, and in which teams, as the server last had it. */
import type { Colleague, TeamRow } from '../../shared/wire';
import { colleagues, deleteTeam, saveTeam, teams } from './net/http';

export class Staff {
  colleagues = $state.raw<readonly Colleague[]>([]);
  teams = $state.raw<readonly TeamRow[]>([]);
  loaded = $state(false);
  /** Asked for at least once, whatever the answer was. */
  asked = $state(false);

  /** Worth asking again whenever somebody looks. */
  async load(): Promise<void> {
    try {
      [this.colleagues, this.teams] = await Promise.all([colleagues(), teams()]);
      this.loaded = true;
    } finally {
      this.asked = true;
    }
  }

  /** Whether somebody is in a team. */
  includes(team: string | null | undefined, agent: string | undefined): boolean {
    return this.teams.some(({ id, members }) => id === team && members.some((one) => one.id === agent));
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
