import { projectView, type ChangeProjectBody, type ProjectView } from '../http/project.ts'
import { pauseView, type PauseView } from '../http/service.ts'
import { settingsView, type ChangeSettingsBody, type SettingsView } from '../http/settings.ts'
import { matching, type MatchOptions } from './matching.ts'
import type { Transport } from './transport.ts'

/** What can be changed while the service runs. */
export interface SettingsCalls {
  settings(): Promise<SettingsView>
  /** What is absent stays, null takes a setting back. */
  changeSettings(body: ChangeSettingsBody, options?: MatchOptions): Promise<SettingsView>
  project(name: string): Promise<ProjectView>
  changeProject(name: string, body: ChangeProjectBody, options?: MatchOptions): Promise<ProjectView>
  /** Its tasks keep its name; none may be unfinished. */
  removeProject(name: string, options?: MatchOptions): Promise<void>
  /** Whether tasks are started at present. */
  pauseState(): Promise<PauseView>
}

export function settingsCalls(transport: Transport): SettingsCalls {
  return {
    settings: () => transport.json(settingsView, '/v1/settings'),
    changeSettings: (json, options = {}) =>
      transport.json(settingsView, '/v1/settings', { method: 'PATCH', json, ...matching(options) }),
    project: (name) => transport.json(projectView, project(name)),
    changeProject: (name, json, options = {}) =>
      transport.json(projectView, project(name), { method: 'PATCH', json, ...matching(options) }),
    removeProject: (name, options = {}) =>
      transport.send(project(name), { method: 'DELETE', ...matching(options) }),
    pauseState: () => transport.json(pauseView, '/v1/pause'),
  }
}

function project(name: string): string {
  return `/v1/projects/${encodeURIComponent(name)}`
}
